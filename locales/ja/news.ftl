# 起きた時点で投稿できなかったお知らせ。

news-late = { $since }から投稿できませんでした。その間の経過:
news-left-out = … ほか{ $count }件({ $of } で全件表示)
