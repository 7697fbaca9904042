"""Published numbers that the made-up county is drawn from: England, January 2025.

Source of both tables: Department for Education, "Education, health and care plans", January 2025 (published 2025,
Open Government Licence v3.0). Counts of plans in the five kinds of school; other places (colleges, education otherwise
than at school, early years, not recorded) are left out. "hub" is resourced provision and SEN units together.
"""

KINDS = ("mainstream", "hub", "special", "independent_special", "alternative")

PLANS_BY_NEED = {
    "ASD": (71_463, 9_879, 57_999, 12_748, 896),
    "SLCN": (72_923, 7_343, 29_469, 4_069, 432),
    "SEMH": (51_331, 2_213, 19_509, 11_442, 3_059),
    "MLD": (25_418, 1_666, 17_500, 1_986, 184),
    "SLD": (3_178, 414, 14_643, 854, 37),
    "PMLD": (670, 84, 5_914, 341, 19),
    "SPLD": (7_187, 406, 1_894, 786, 62),
    "PD": (9_458, 704, 7_171, 683, 40),
    "HI": (3_328, 1_223, 1_476, 442, 26),
    "VI": (2_500, 244, 954, 151, 5),
    "MSI": (595, 67, 636, 68, 5),
    "OTH": (3_277, 153, 1_972, 303, 42),
}
"""Plans by primary need and kind of school, all ages, in the order of `KINDS`."""

PLANS_BY_YEAR = {
    0: (14_414, 1_322, 4_388, 180, 8),
    1: (19_914, 2_025, 7_010, 487, 43),
    2: (19_729, 2_106, 7_879, 682, 101),
    3: (19_938, 2_389, 9_221, 996, 162),
    4: (20_974, 2_407, 9_922, 1_311, 196),
    5: (22_239, 2_375, 10_214, 1_562, 240),
    6: (24_714, 2_179, 10_410, 1_880, 282),
    7: (22_110, 1_823, 16_043, 3_607, 250),
    8: (21_447, 1_951, 16_462, 4_061, 375),
    9: (20_412, 1_864, 16_449, 4_704, 563),
    10: (19_454, 1_846, 15_963, 4_977, 932),
    11: (18_407, 1_655, 14_647, 4_551, 1_165),
    12: (4_400, 280, 8_265, 2_074, 261),
    13: (2_704, 179, 6_838, 1_391, 131),
    14: (970, 65, 4_587, 841, 71),
}
"""Plans by year group (age 4 = Reception = 0, up to age 18) and kind of school, in the order of `KINDS`."""

INDEPENDENT_FEE_GBP = {"inside": 57_074, "outside": 65_528}
"""Mean fee in the council's own area and in another; councils' 2025/26 forecast, Schools Week, March 2026."""

INDEPENDENT_FEE_MEDIAN_SHARE = 50_000 / 70_353
"""Median over mean of independent placements, 2022/23, Lincolnshire County Council (freedom of information answer)."""

SPECIAL_TOPUP_MEAN_GBP = 16_000
"""£26,000 for a state special place (DfE, 2026) less £10,000 place funding."""

MAINSTREAM_TOPUP_MEAN_GBP = 8_662
"""Mean mainstream top-up, 2022/23, Lincolnshire County Council (freedom of information answer); one authority."""

ALTERNATIVE_TOPUP_GBP = {"to year 9": 10_900, "years 10-11": 16_000}
"""Top-ups of one academy for alternative provision, key stages 3 and 4, after £10,000 place funding; undated."""

SPECIAL_PLACE_GBP = 10_000
"""Place funding of a commissioned place in a special school, or in alternative provision (City of Wolverhampton local
offer, undated; an academy for alternative provision in Devon, undated)."""

HUB_PLACE_GBP = 6_000
"""Place funding of an occupied place in a unit or resourced provision. An assumption: commonly named, but the guide
that sets it was not seen."""

SOLO_SHARE = 0.09
"""Pupils in single-occupancy vehicles among those transported; DfE home to school transport data collection 2025/26."""

TRANSPORT_GBP = {"overall": 8_800, "taxi": 10_700, "PSV": 7_000, "in-house": 7_600}
"""£ a pupil and year, pre-16 special-needs travellers; DfE home to school transport data collection 2025/26."""

PUPIL_DAYS = 190
"""Days a year of personal transport budgets (Buckinghamshire, 2024)."""

RIDERS = 2.67
"""Pupils on a route: 4,000 pupils with special needs on 1,500 routes, Kent (LAPV, undated)."""

CAR_CO2E_KG_PER_MILE = 0.2785
"""Average diesel car, 0.17304 kg CO2e a km; DESNZ conversion factors 2025."""

LOW_INCOME_SHARE = 0.38
"""Pupils with plans who are eligible for free school meals, 2020/21; DfE, as reported by Tes."""
