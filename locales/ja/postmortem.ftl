# ポストモーテム: インシデントの時系列のほかに書かれること

postmortem-lasted = { $service }（{ $span }）
postmortem-lasts = { $service }（継続中）
postmortem-drill = 訓練のため、実際の障害はありません。
postmortem-ask-impact = 誰に、どのような影響がありましたか。
postmortem-ask-containment = 被害の拡大をどのように防ぎましたか。
postmortem-ask-eradication = 原因は何でしたか。どのように取り除きましたか。
postmortem-ask-well = うまくいったことは何ですか。
postmortem-ask-badly = うまくいかなかったこと、運がよかっただけのことは何ですか。
postmortem-ask-improvement = 再発防止のために、誰が、いつまでに、何をしますか。
