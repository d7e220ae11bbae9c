# Lines that could not be told as they happened.

news-late = This could not be said here since { $since }; meanwhile:
news-left-out = … { $count } more: { $of } tells all
