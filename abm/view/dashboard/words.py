"""The words of the page in English and Chinese, but for those that all of Cradle shares (``policies.vocabulary``)."""

from __future__ import annotations

from policies.vocabulary import FAMILIES, PAYERS

LANGUAGES = ("en", "zh")

_WORDS: dict[str, tuple[str, str]] = {
    # the frame
    "title": ("Cradle: two cities, one past", "Cradle：同一段历史，两座城市"),
    "other_language": ("中文", "English"),
    "to_results": ("Skip to the results", "跳到结果"),
    "building": ("Building the two cities …", "正在生成两座城市……"),
    "first_time": (
        "The very first time the model is compiled, which takes a few minutes.",
        "首次使用需编译模型，约需几分钟。",
    ),
    "full": (
        "{n} tabs with cities are open, the most that are served at once. Close one of them, wait a few seconds and try"
        " again. A tab whose connection was lost is given up after three minutes.",
        "已有 {n} 个标签页在运行城市，达到同时运行的上限。请关闭其中一个，稍候数秒再试；"
        "失去连接的标签页将在三分钟后释放。",
    ),
    "try_again": ("Try again", "重试"),
    "overview": ("Overview", "总览"),
    "families": ("Families", "家庭"),
    "money": ("Money", "资金"),
    "household": ("One household", "一户人家"),
    "notes": ("Notes", "说明"),
    # controls
    "package": ("Policy package", "政策组合"),
    "begins": ("Sliders hold from (YYYY-MM)", "滑块自何时生效（年-月）"),
    "seed": ("Seed", "随机种子"),
    "play": ("Play", "播放"),
    "pause": ("Pause", "暂停"),
    "month": ("+1 month", "+1 月"),
    "year": ("+1 year", "+1 年"),
    "by": ("Play by", "播放步长"),
    "by_month": ("month", "月"),
    "by_year": ("year", "年"),
    "reset": ("Reset", "重新开始"),
    "apply": ("Apply and start again", "应用并重新开始"),
    "today": ("; current law: {}", "；现行：{}"),
    "back": ("Sliders back to the package", "滑块恢复为政策组合"),
    "changed": ("Changed: press to build the cities again.", "设置已更改，请点击重新生成。"),
    "stopped": ("The run stopped", "运行中止"),
    "not_built": ("These cities cannot be built", "无法生成"),
    "end": ("The page ends in December 2060.", "本页模拟至 2060 年 12 月。"),
    "main": ("Main measures", "主要措施"),
    # the two cities
    "base": ("current law", "现行政策"),
    "policy": ("with the package", "政策情景"),
    "target": ("plan target", "规划目标"),
    "part": ("laws part", "政策分岔"),
    # headline
    "now": ("Month", "月份"),
    "tfr_now": ("TFR, last 12 months", "总和生育率（近12个月）"),
    "births_now": ("Births, last 12 months", "出生人数（近12个月）"),
    "additional": ("Additional births so far", "累计新增出生"),
    "cost_so_far": ("Additional cost so far", "累计新增支出"),
    "per_birth": ("Cost per additional birth", "每多出生一人的成本"),
    "no_gain": ("no additional births", "无新增出生"),
    "births_unit": ("births", "人"),
    "people": ("simulated residents", "模拟常住人口"),
    "yuan": ("yuan", "元"),
    "one_history": (
        "One history, scaled from {n:,} simulated residents: chance alone moves a year's TFR by about ±{e:.2f}"
        " (95 %), the gap between the cities by less, since they share their chance. For intervals: cradle run.",
        "此为单次模拟，由 {n:,} 名模拟居民推算至全市：仅随机波动即可使年度总和生育率变动约 ±{e:.2f}（95%）；"
        "两城共用随机数，其差距波动较小。需要区间请用 cradle run。",
    ),
    # charts
    "tfr_title": (
        "Total fertility rate, births per woman, 12 months to each month",
        "总和生育率（每名妇女生育数，截至各月的12个月）",
    ),
    "pyramid_title": ("Age and sex, thousand residents", "年龄与性别构成（万人）"),
    "men": ("men", "男"),
    "women": ("women", "女"),
    "map_title": (
        "Counties: size by residents, colour by TFR (36 months)",
        "各县区：大小为常住人口，颜色为总和生育率（近36个月）",
    ),
    "map_note": (
        "Schematic: not boundaries. First figure: current law; second: with the package.",
        "示意图，非行政边界。前一数值为现行政策，后一数值为政策情景。",
    ),
    "residents_k": ("thousand residents", "万人"),
    "birth_orders": ("Births of each year by order", "各年分孩次出生人数"),
    "order1": ("first", "一孩"),
    "order2": ("second", "二孩"),
    "order3": ("third", "三孩"),
    "order4": ("later", "四孩及以上"),
    "bars_note": ("Left bar: current law; right bar: with the package.", "左柱为现行政策，右柱为政策情景。"),
    "marriages_title": ("Marriages of each year", "各年结婚对数"),
    "first_marriage": ("bride's first", "女方初婚"),
    "later_marriage": ("bride's later", "女方再婚"),
    "care_title": ("Who minds children under three now", "目前三岁以下婴幼儿照护方式"),
    "parent": ("a parent", "父母"),
    "grandparent": ("a grandparent", "祖辈"),
    "nursery": ("a nursery", "托育机构"),
    "minder": ("a paid minder", "保姆（育儿嫂）"),
    "care_paths_title": (
        "Who minds children under three (dashed: current law; full: with the package)",
        "三岁以下婴幼儿照护方式变化（虚线为现行政策，实线为政策情景）",
    ),
    "rates_title": ("Births per 1,000 women by age, last 36 months", "分年龄生育率（‰，近36个月）"),
    "age_of_mother": ("mother's age, years", "母亲年龄（岁）"),
    "payer_title": ("Who paid in the last 12 months, million yuan", "近12个月各方支出（万元）"),
    "lever_title": ("Which measures cost in the last 12 months, million yuan", "近12个月各项措施支出（万元）"),
    "payer_years_title": ("Who paid each year, million yuan", "各年各方支出（万元）"),
    "ledger_title": (
        "Ledger: what the package adds since the laws parted, by measure and payer, million yuan",
        "账目：自政策分岔以来政策情景新增的支出，按措施与出资方（万元）",
    ),
    "ledger_empty": ("Nothing yet: both cities have paid the same so far.", "暂无：目前两座城市支出相同。"),
    "measure": ("measure", "措施"),
    "sum": ("all", "合计"),
    "other_levers": ("all others", "其他各项"),
    "year_word": ("year", "年份"),
    # a household
    "another": ("Next", "下一户"),
    "couple": ("Couple to follow", "选择跟踪的夫妇"),
    "couple_is": (
        "{n}. wife {age:.0f}, children: {children}, {place} in {county}",
        "{n}. 妻子{age:.0f}岁，子女{children}个，{county}{place}",
    ),
    "lives_differ": (" ★ lives differ from {}", " ★ 自 {} 起两种人生"),
    "life_title": (
        "Two lives of one couple: births (numbered), who minds the youngest, chance of a plan for a child",
        "同一对夫妇的两种人生：生育（标注孩次）、最小子女的照护、生育计划概率",
    ),
    "chance_short": ("chance of starting|to try for a child|within a year", "一年内开始|备孕的概率"),
    "youngest": ("youngest with", "最小子女由"),
    "minds_parent": ("with a parent", "父母照护"),
    "minds_grandparent": ("a grandparent", "祖辈照护"),
    "minds_nursery": ("a nursery", "托育机构"),
    "minds_minder": ("a paid minder", "保姆（育儿嫂）"),
    "weighed_plan": (
        "chance within a year {chance}, prospect {prospect:.2f}",
        "一年内概率 {chance}，前景值 {prospect:.2f}",
    ),
    "weighed_care": ("utility: {}", "效用：{}"),
    "resident": ("she is back", "已返回本市"),
    "nobody": (
        "Nobody to follow: this city has no couple of 22 to 31 who want a further child.",
        "没有可跟踪的家庭：该城市没有 22 至 31 岁且希望再生育的夫妇。",
    ),
    "follow_note": (
        "Each couple lives in both cities, with the same chance, from the month the laws part. A star marks one"
        " whose two lives have come apart. Made from tables; no row is a real person.",
        "每对夫妇同时生活在两座城市中，自政策分岔起共用随机数；★ 表示两种人生已出现差异。由统计表生成，并非真实个人。",
    ),
    "stands": ("How they live", "生活状况"),
    "weighs": ("What a further child would change, yuan a year", "再生育一孩的得失（元/年）"),
    "weighs_note": (
        "Mean over the child's 19 years in the weights the couple gives them; below zero: what is given to it.",
        "按夫妇对子女 19 年各阶段的权重平均；负值为家庭所得。",
    ),
    "chooses": ("What happened", "所经历之事"),
    "care_weighs": (
        "Care of the youngest: utility of each choice (the highest is wanted)",
        "最小子女照护：各选项效用（取最高者）",
    ),
    "chance_title": ("Chance that they start trying for a child within a year", "一年内开始备孕的概率"),
    "wife": ("wife", "妻子"),
    "husband": ("husband", "丈夫"),
    "aged": ("{age:.0f} years", "{age:.0f} 岁"),
    "children_born": ("children born", "已生育"),
    "ideal": ("ideal number", "理想子女数"),
    "home": ("home", "住处"),
    "income": ("couple's income", "夫妇收入"),
    "yuan_year": ("yuan a year", "元/年"),
    "prospect": ("prospect M", "前景值 M"),
    "prospect_note": (
        "value of a further child in log consumption; nearer zero is better",
        "再生育一孩的价值（以对数消费计），越接近零越有利",
    ),
    "chance": ("chance of trying within a year", "一年内备孕概率"),
    "time": ("time a child takes (mother, father)", "育儿所需时间（母，父）"),
    "full_years": ("years of full care", "全职照护年"),
    "state": ("now", "目前"),
    "children_home": ("children", "子女"),
    "none": ("none", "无"),
    "nothing_yet": ("nothing yet", "暂无"),
    "raising": ("raising", "养育"),
    "room": ("room", "住房"),
    "care": ("care and leave", "照护与休假"),
    "wage_loss": ("her wages", "母亲工资损失"),
    "kindergarten": ("kindergarten", "幼儿园"),
    "fee": ("fee for exceeding the limit", "社会抚养费"),
    "benefits": ("allowances and grants", "补贴与津贴"),
    "tax": ("tax saved", "个税减免"),
    "idle": ("no plan", "未备孕"),
    "trying": ("trying for a child", "备孕中"),
    "pregnant": ("pregnant", "怀孕"),
    "postpartum": ("after a birth", "产后"),
    "dead": ("she died", "已去世"),
    "left": ("she left the city", "已离开本市"),
    "birth": ("child number {} is born", "第 {} 个孩子出生"),
    "loss": ("a pregnancy is lost", "妊娠丢失"),
    "gave_up": ("stop trying", "停止备孕"),
    "moved_town": ("move to a home in town", "搬入城镇"),
    "moved_village": ("move to a home in a village", "搬入乡村"),
    "now_tenure": ("home: {}", "住房变为：{}"),
    "now_work": ("her work: {}", "她的工作：{}"),
    "now_care": ("a child is minded by {}", "孩子改由{}照护"),
    "in_town": ("town", "城镇"),
    "in_village": ("village", "乡村"),
    "never married": ("never married", "未婚"),
    "married": ("married", "结婚"),
    "divorced": ("divorced", "离婚"),
    "widowed": ("widowed", "丧偶"),
    "owns in town": ("owns in town", "城镇自有住房"),
    "owns in village": ("owns in a village", "农村自有住房"),
    "with parents": ("with parents", "与父母同住"),
    "rents": ("rents", "租房"),
    "public rental": ("public rental", "公租房"),
    "collective": ("dormitory", "集体宿舍"),
    "work_none": ("none", "无业"),
    "farm or informal": ("farm or informal", "务农或灵活就业"),
    "private formal": ("private formal", "民营单位"),
    "public": ("public", "公共部门"),
}  # fmt: skip

NOTES: dict[str, tuple[str, ...]] = {
    "en": (
        "Both cities share one past (November 2020 on) and the same chance: draws are keyed to people and months, so"
        " what differs comes from the law. They part in the month in which the first change is known.",
        "Sliders start where the package puts them once all of it is in force. One that is not moved follows the"
        " package through its own dates; one that is moved holds from the month you give.",
        "TFR: births to resident women over woman-years by single year of age, 15 to 49, over twelve months. Women are"
        " counted at the end of each month, so it may differ from a report in the third decimal.",
        "Counts and yuan are scaled from the simulated residents to the whole city. Money paid by the year is booked in"
        " January. Yuan are of the year they are paid in, not discounted.",
        "Additional births are those of the policy city above the other so far: births brought forward are among them."
        " The report of a run tells them apart, over many seeds.",
        "Behaviour takes its default values, in one history. A run with `parameters: fitted` and many seeds carries"
        " what the fit to the city leaves open. Effects rest on studies of other places: see README. Not a forecast.",
    ),
    "zh": (
        "两座城市自 2020 年 11 月起历史相同，随机数按个人与月份固定，因此差异均来自政策。两城自首项变动公布之月分岔。",
        "滑块起点为该组合全部生效后的数值。未移动者按组合自身日期执行；移动者自所填月份起生效。",
        "总和生育率：15 至 49 岁常住妇女分年龄的 12 个月出生数除以妇女人年之和。妇女数取各月末，"
        "与报告或有第三位小数之差。",
        "人数与金额由模拟居民推算至全市。按年支付的款项计入一月；金额为支付当年价，未贴现。",
        "新增出生为政策情景高于现行政策的累计出生，其中包括提前的出生；运行报告以多个随机种子加以区分。",
        "行为参数取默认值，且只模拟一段历史；以 `parameters: fitted` 和多个随机种子运行，才能反映拟合后仍存的不确定性。"
        "效应源于其他地区的研究，详见 README。本页不是预测。",
    ),
}


def word(key: str, lang: str) -> str:
    """A word of the page; families and payers as everywhere."""
    label = FAMILIES.get(key) or PAYERS.get(key)
    return label.in_language(lang) if label is not None else _WORDS[key][LANGUAGES.index(lang)]
