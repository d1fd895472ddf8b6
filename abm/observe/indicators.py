"""The register of outputs: name, unit, definition, base and labels of every indicator, in one place.

``base`` says whose events are counted: resident (people living in the city), hukou, registered (marriages where they
are registered), household. ``kind`` is flow (events of a year), stock (1 November), rate or money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True)
class Indicator:
    """One output of the model."""

    name: str
    unit: str
    definition: str
    base: Literal["resident", "hukou", "registered", "household", "budget", "run"]
    label_en: str
    label_zh: str
    kind: Literal["flow", "stock", "rate", "money"]


_TABLE: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    # name, unit, base, kind, en, zh, definition
    ("tfr", "children per woman", "resident", "rate", "Total fertility rate", "总和生育率",
     "sum over ages 15–49 of births to resident women over their woman-years in the calendar year, exact exposure"),
    ("tfr_census", "children per woman", "resident", "rate", "Total fertility rate, census method", "总和生育率（普查法）",
     "infants present on 1 November over resident women by age weighted with the national age pattern of births"),
    ("tfr_tempo_adjusted", "children per woman", "resident", "rate", "Tempo-adjusted TFR", "去进度效应总和生育率",
     "Bongaarts-Feeney: sum over orders of TFR by order / (1 - yearly change of the mean age), three-year means"),
    ("births", "births", "resident", "flow", "Births", "出生人数",
     "births to resident women; by order, county, place, mother's age and household registration (hukou local or other)"),
    ("births_per_1000", "per 1000 residents", "resident", "rate", "Crude birth rate", "出生率", "births over residents"),
    ("births_unplanned_share", "share", "resident", "rate", "Unplanned births", "意外生育占比", "births not planned over births"),
    ("deaths", "deaths", "resident", "flow", "Deaths", "死亡人数", "deaths of residents"),
    ("population", "persons", "resident", "stock", "Residents", "常住人口", "residents on 1 November"),
    ("share_16_59", "share", "resident", "stock", "Share aged 16–59", "16—59 岁人口占比", "residents of 16 to 59 over residents"),
    ("dependency_ratio", "share", "resident", "stock", "Dependency ratio", "总抚养比",
     "residents under 15 and of 65 and over, over those of 15 to 64; also the young and the old apart"),
    ("school_entrants", "children", "resident", "stock", "School entrants", "小学入学人数", "residents aged 6 on 1 November"),
    ("life_expectancy", "years", "resident", "rate", "Life expectancy at birth", "平均预期寿命",
     "period life table of the year's deaths over residents by age, both sexes"),
    ("schooling_years", "years", "resident", "stock", "Mean years of schooling", "平均受教育年限",
     "mean years of levels attained, residents of 16 to 59"),
    ("urban_share", "share", "resident", "stock", "Urban share", "城镇化率", "residents living in town over residents"),
    ("nursery_street_share", "share", "run", "stock", "Streets with inclusive childcare", "普惠托育街道覆盖率",
     "assumed from places per 1,000 residents plus what the lever adds"),
    ("first_marriages", "persons", "resident", "flow", "First marriages", "初婚人数", "residents of a sex who marry for the first time"),
    ("marriages", "couples", "resident", "flow", "Marriages", "结婚对数",
     "marriages of resident women; those registered in the city add marriages of registered members who live elsewhere, at residents' rates"),
    ("mean_age_first_marriage", "years", "resident", "rate", "Mean age at first marriage", "平均初婚年龄",
     "mean of ages weighted with first-marriage rates (first marriages over residents by age)"),
    ("first_marriage_rate", "per woman", "resident", "rate", "Total first-marriage rate", "总和初婚率",
     "sum over ages of first marriages of women over women"),
    ("mean_age_first_birth", "years", "resident", "rate", "Mean age at first birth", "平均初育年龄", "weighted with rates"),
    ("mean_age_birth", "years", "resident", "rate", "Mean age at birth", "平均生育年龄", "weighted with rates, all orders"),
    ("never_married", "share", "resident", "stock", "Never married", "未婚比例", "never married over residents of the age group, or of 15 and more"),
    ("married", "share", "resident", "stock", "Married", "有配偶比例", "married, spouse here or away, over residents of the age group"),
    ("divorced", "share", "resident", "stock", "Divorced", "离婚比例", "divorced and not married again, over residents of 15 and more"),
    ("asfr", "births per woman-year", "resident", "rate", "Age-specific fertility rate", "年龄别生育率",
     "births over woman-years of the five-year age group, exact exposure"),
    ("children_ever_born", "children per woman", "resident", "stock", "Children ever born", "平均活产子女数",
     "mean parity of resident women of 15 to 64, or of the age group"),
    ("ideal_children", "children per woman", "resident", "stock", "Ideal number of children", "理想子女数",
     "mean ideal number of resident women of 20 to 49"),
    ("household_size", "persons", "household", "stock", "Mean household size", "平均家庭户规模", "people in family households over them"),
    ("childless_40_49", "share", "resident", "stock", "Childless at 40–49", "40—49 岁无子女比例", "women of 40 to 49 of parity 0"),
    ("cohort_fertility", "children per woman", "resident", "stock", "Completed fertility", "终身生育率",
     "mean parity of resident women of 45 to 49; by cohort: of women followed to age 50 or more under current law"),
    ("parity_progression", "share", "resident", "stock", "Women with at least this many children", "达到该孩次的比例",
     "share of resident women of 40 to 44 with at least 1, 2, 3 children"),
    ("marriage_to_first_birth", "months", "resident", "rate", "Marriage to first birth", "婚育间隔",
     "mean months from marriage to first birth of the year's first births, premarital conceptions included"),
    ("first_to_second_birth", "months", "resident", "rate", "First to second birth", "一二孩间隔",
     "mean months since the first birth of the year's second births, wherever the first was"),
    ("sex_ratio_at_birth", "boys per 100 girls", "resident", "rate", "Sex ratio at birth", "出生性别比", "boys over girls among births"),
    ("children", "children", "resident", "stock", "Children", "儿童人数", "residents of the age group, both sexes"),
    ("intended_children", "children per woman", "resident", "stock", "Intended number of children", "打算生育子女数",
     "children borne and those that couples would more likely than not go on to try for under the law and prices of the month; "
     "a sample of resident women of 18 to 49, one in 32; single women as if just married"),
    ("intended_children_share", "share", "resident", "stock", "Women by intended number of children", "按打算生育子女数分的女性比例",
     "distribution of the intended number of children: 0, 1, 2, 3 and more"),
    ("separations", "couples", "resident", "flow", "Separations", "离异对数", "couples that part"),
    ("net_migration", "persons", "resident", "flow", "Net moves into the city", "净迁入", "arrivals less departures"),
    ("moves_in", "persons", "resident", "flow", "Arrivals", "迁入", "people who arrive"),
    ("moves_out", "persons", "resident", "flow", "Departures", "迁出", "people who leave"),
    ("left_behind", "share", "resident", "stock", "Children left behind", "留守儿童比例", "children under 15 whose mother is absent"),
    ("only_child_share", "share", "resident", "stock", "Only children at 20–29", "20—29 岁独生子女比例", "only children over residents of 20–29"),
    ("employment", "share", "resident", "stock", "Employment of women 25–44", "25—44 岁女性就业率", "women at work over women"),
    ("mothers_employed", "share", "resident", "stock", "Employment of mothers", "母亲就业率",
     "women whose last birth is under six years ago who work"),
    ("leave_return_share", "share", "resident", "rate", "Return to work after leave", "产假后返岗率", "returns over ends of leave"),
    ("leave_mothers", "mothers", "resident", "flow", "Mothers taking leave", "休产假母亲", "mothers who start maternity leave"),
    ("nursery_enrolment", "share", "resident", "rate", "Under-threes in nurseries", "3 岁以下入托率",
     "child-months in a nursery over child-months under 36 months"),
    ("nursery_places", "places", "run", "stock", "Nursery places", "托位数", "places of the year"),
    ("nursery_use", "share", "resident", "rate", "Nursery places used", "托位使用率", "children in nurseries on 1 November over places"),
    ("nursery_granted", "share", "resident", "rate", "Applications granted", "托位申请满足率", "places granted over places wanted"),
    ("care_arrangement", "share", "resident", "stock", "Care of under-threes", "3 岁以下照护方式", "children under 36 months by arrangement"),
    ("homes_bought", "homes", "household", "flow", "Town homes bought", "购房套数", "purchases by couples"),
    ("tenure", "share", "household", "stock", "Tenure", "住房来源", "family households by tenure"),
    ("assisted_cycles", "cycles", "resident", "flow", "Assisted-reproduction cycles", "辅助生殖周期数", "cycles started"),
    ("cost", "yuan", "budget", "money", "Cost", "支出", "what levers pay in the year, by lever, payer, county, order and income fifth"),
    ("cost_per_additional_birth", "yuan", "budget", "money", "Cost per additional birth", "每多出生一人的成本",
     "cost above the baseline over births above the baseline; a comparison of arms"),
    ("births_additional", "births", "resident", "flow", "Additional births", "新增出生", "a comparison of arms"),
    ("births_brought_forward", "births", "resident", "flow", "Births brought forward", "提前的出生", "a comparison of arms"),
    ("births_deadweight", "births", "resident", "flow", "Deadweight births", "无谓补贴出生", "a comparison of arms"),
)  # fmt: skip

REGISTER: Mapping[str, Indicator] = MappingProxyType(
    {
        name: Indicator(name, unit, definition, base, en, zh, kind)  # type: ignore[arg-type]
        for name, unit, base, kind, en, zh, definition in _TABLE
    }
)
"""Every indicator by name."""
