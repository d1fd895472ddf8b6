"""What families of measures and payers are called, once for commands, the page of two cities and reports.

The lever files name them by key; ``policies.catalogue`` refuses any other. Reports, which import nothing from here,
read the words from the run folder.
"""

from __future__ import annotations

from policies.bilingual import Label

FAMILIES: dict[str, Label] = {
    "childcare": Label(en="Childcare", zh="托育"),
    "leave": Label(en="Leave", zh="休假"),
    "housing": Label(en="Housing", zh="住房"),
    "cash": Label(en="Cash and tax", zh="现金与税收"),
    "health": Label(en="Health and care", zh="健康与照护"),
    "work": Label(en="Work", zh="就业"),
    "education": Label(en="Education", zh="教育"),
    "marriage": Label(en="Marriage and norms", zh="婚姻与观念"),
    "rules": Label(en="Rules", zh="法规"),
}
PAYERS: dict[str, Label] = {
    "city": Label(en="City government", zh="市级财政"),
    "province": Label(en="Province", zh="省级财政"),
    "centre": Label(en="Central government", zh="中央财政"),
    "insurance_fund": Label(en="Insurance fund", zh="医疗（生育）保险基金"),
    "provident_fund": Label(en="Housing provident fund", zh="住房公积金"),
    "employer": Label(en="Employers", zh="用人单位"),
}
