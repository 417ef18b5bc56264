(** * Values

    Generated from the formulas of the program in exact rationals (tests/proofs.rs); do not edit.  Each line is what the
    program computes; Coq proves it of the definitions in this folder. *)

From Coq Require Import Reals.
From Goldenweight Require Import Evaluate Law Optimum GoldenWeight Weights Covariance Dynamic Collapse.
Open Scope R_scope.

Example value_0 : golden_weight (1 / 2) = (1 / 2).
Proof. evaluate. Qed.
Example value_1 : golden_weight (1 / 6) = (1 / 3).
Proof. evaluate. Qed.
Example value_2 : golden_weight (4 / 3) = (2 / 3).
Proof. evaluate. Qed.
Example value_3 : golden_weight (1 / 12) = (1 / 4).
Proof. evaluate. Qed.
Example value_4 : golden_weight (9 / 4) = (3 / 4).
Proof. evaluate. Qed.
Example value_5 : golden_weight (4 / 15) = (2 / 5).
Proof. evaluate. Qed.
Example value_6 : golden_weight (9 / 10) = (3 / 5).
Proof. evaluate. Qed.
Example value_7 : golden_weight (16 / 5) = (4 / 5).
Proof. evaluate. Qed.
Example value_8 : golden_weight (25 / 24) = (5 / 8).
Proof. evaluate. Qed.
Example value_9 : golden_weight (64 / 65) = (8 / 13).
Proof. evaluate. Qed.
Example value_10 : golden_weight (1 / 90) = (1 / 10).
Proof. evaluate. Qed.
Example value_11 : golden_weight (81 / 10) = (9 / 10).
Proof. evaluate. Qed.
Example value_12 : 0.618033988749894 < golden_weight 1 < 0.618033988749895.
Proof. evaluate. Qed.
Example value_13 : optimal_weight (1 / 2) (3 / 4) = (1 / 2).
Proof. evaluate. Qed.
Example value_14 : optimal_synthetic_weight (1 / 2) (3 / 4) = (1 / 2).
Proof. evaluate. Qed.
Example value_15 : optimal_weight (3 / 2) (1) = (2 / 3).
Proof. evaluate. Qed.
Example value_16 : optimal_synthetic_weight (3 / 2) (1) = (1 / 3).
Proof. evaluate. Qed.
Example value_17 : optimal_weight (5 / 4) (3 / 4) = (3 / 5).
Proof. evaluate. Qed.
Example value_18 : optimal_synthetic_weight (5 / 4) (3 / 4) = (2 / 5).
Proof. evaluate. Qed.
Example value_19 : optimal_weight (1 / 5) (17 / 60) = (1 / 4).
Proof. evaluate. Qed.
Example value_20 : optimal_synthetic_weight (1 / 5) (17 / 60) = (3 / 4).
Proof. evaluate. Qed.
Example value_21 : optimal_weight (9 / 8) (1 / 8) = (1 / 3).
Proof. evaluate. Qed.
Example value_22 : optimal_synthetic_weight (9 / 8) (1 / 8) = (2 / 3).
Proof. evaluate. Qed.
Example value_23 : naive_weight (1) = (1 / 2).
Proof. evaluate. Qed.
Example value_24 : relative_risk (1) (naive_weight (1)) = (2 / 3).
Proof. evaluate. Qed.
Example value_25 : break_even_weight (1) = (1 / 3).
Proof. evaluate. Qed.
Example value_26 : relative_risk (1) (1 / 2) = (2 / 3).
Proof. evaluate. Qed.
Example value_27 : fixed_rows_limit (1) (1 / 2) = (4 / 3).
Proof. evaluate. Qed.
Example value_28 : relative_risk (1) (2 / 7) = (29 / 24).
Proof. evaluate. Qed.
Example value_29 : fixed_rows_limit (1) (2 / 7) = (49 / 24).
Proof. evaluate. Qed.
Example value_30 : relative_risk (1) (9 / 10) = (82 / 99).
Proof. evaluate. Qed.
Example value_31 : fixed_rows_limit (1) (9 / 10) = (100 / 99).
Proof. evaluate. Qed.
Example value_32 : naive_weight (3 / 7) = (3 / 10).
Proof. evaluate. Qed.
Example value_33 : relative_risk (3 / 7) (naive_weight (3 / 7)) = (10 / 17).
Proof. evaluate. Qed.
Example value_34 : break_even_weight (3 / 7) = (3 / 17).
Proof. evaluate. Qed.
Example value_35 : relative_risk (3 / 7) (1 / 2) = (10 / 21).
Proof. evaluate. Qed.
Example value_36 : fixed_rows_limit (3 / 7) (1 / 2) = (8 / 7).
Proof. evaluate. Qed.
Example value_37 : relative_risk (3 / 7) (2 / 7) = (103 / 168).
Proof. evaluate. Qed.
Example value_38 : fixed_rows_limit (3 / 7) (2 / 7) = (81 / 56).
Proof. evaluate. Qed.
Example value_39 : relative_risk (3 / 7) (9 / 10) = (190 / 231).
Proof. evaluate. Qed.
Example value_40 : fixed_rows_limit (3 / 7) (9 / 10) = (232 / 231).
Proof. evaluate. Qed.
Example value_41 : naive_weight (19 / 100) = (19 / 119).
Proof. evaluate. Qed.
Example value_42 : relative_risk (19 / 100) (naive_weight (19 / 100)) = (119 / 219).
Proof. evaluate. Qed.
Example value_43 : break_even_weight (19 / 100) = (19 / 219).
Proof. evaluate. Qed.
Example value_44 : relative_risk (19 / 100) (1 / 2) = (119 / 300).
Proof. evaluate. Qed.
Example value_45 : fixed_rows_limit (19 / 100) (1 / 2) = (319 / 300).
Proof. evaluate. Qed.
Example value_46 : relative_risk (19 / 100) (2 / 7) = (35 / 96).
Proof. evaluate. Qed.
Example value_47 : fixed_rows_limit (19 / 100) (2 / 7) = (115 / 96).
Proof. evaluate. Qed.
Example value_48 : relative_risk (19 / 100) (9 / 10) = (8119 / 9900).
Proof. evaluate. Qed.
Example value_49 : fixed_rows_limit (19 / 100) (9 / 10) = (9919 / 9900).
Proof. evaluate. Qed.
Example value_50 : naive_weight (5 / 2) = (5 / 7).
Proof. evaluate. Qed.
Example value_51 : relative_risk (5 / 2) (naive_weight (5 / 2)) = (7 / 9).
Proof. evaluate. Qed.
Example value_52 : break_even_weight (5 / 2) = (5 / 9).
Proof. evaluate. Qed.
Example value_53 : relative_risk (5 / 2) (1 / 2) = (7 / 6).
Proof. evaluate. Qed.
Example value_54 : fixed_rows_limit (5 / 2) (1 / 2) = (11 / 6).
Proof. evaluate. Qed.
Example value_55 : relative_risk (5 / 2) (2 / 7) = (133 / 48).
Proof. evaluate. Qed.
Example value_56 : fixed_rows_limit (5 / 2) (2 / 7) = (173 / 48).
Proof. evaluate. Qed.
Example value_57 : relative_risk (5 / 2) (9 / 10) = (167 / 198).
Proof. evaluate. Qed.
Example value_58 : fixed_rows_limit (5 / 2) (9 / 10) = (203 / 198).
Proof. evaluate. Qed.
Example value_59 : effective_sample_size 4 3 = (6).
Proof. evaluate. Qed.
Example value_60 : dynamic_weight (1) (1) 1 = (2 / 3).
Proof. evaluate. Qed.
Example value_61 : dynamic_weight (1) (1) 2 = (5 / 8).
Proof. evaluate. Qed.
Example value_62 : dynamic_weight (1) (1) 3 = (13 / 21).
Proof. evaluate. Qed.
Example value_63 : dynamic_weight (1) (1) 4 = (34 / 55).
Proof. evaluate. Qed.
Example value_64 : dynamic_weight (1) (1) 5 = (89 / 144).
Proof. evaluate. Qed.
Example value_65 : dynamic_weight (1) (1) 6 = (233 / 377).
Proof. evaluate. Qed.
Example value_66 : dynamic_weight (1 / 4) (1) 1 = (5 / 9).
Proof. evaluate. Qed.
Example value_67 : dynamic_weight (1 / 4) (1) 2 = (29 / 65).
Proof. evaluate. Qed.
Example value_68 : dynamic_weight (1 / 4) (1) 3 = (181 / 441).
Proof. evaluate. Qed.
Example value_69 : dynamic_weight (1 / 4) (1) 4 = (1165 / 2929).
Proof. evaluate. Qed.
Example value_70 : dynamic_weight (1 / 4) (1) 5 = (7589 / 19305).
Proof. evaluate. Qed.
Example value_71 : dynamic_weight (1 / 4) (1) 6 = (49661 / 126881).
Proof. evaluate. Qed.
Example value_72 : dynamic_weight (2 / 3) (5 / 4) 1 = (23 / 35).
Proof. evaluate. Qed.
Example value_73 : dynamic_weight (2 / 3) (5 / 4) 2 = (125 / 209).
Proof. evaluate. Qed.
Example value_74 : dynamic_weight (2 / 3) (5 / 4) 3 = (3547 / 6055).
Proof. evaluate. Qed.
Example value_75 : dynamic_weight (2 / 3) (5 / 4) 4 = (20329 / 34861).
Proof. evaluate. Qed.
Example value_76 : dynamic_weight (2 / 3) (5 / 4) 5 = (583823 / 1002155).
Proof. evaluate. Qed.
Example value_77 : dynamic_weight (2 / 3) (5 / 4) 6 = (3354917 / 5760089).
Proof. evaluate. Qed.
Example value_78 : IZR (fibonacci 25) / IZR (fibonacci 26) = (75025 / 121393).
Proof. evaluate. Qed.
Example value_79 : risk (1) (2) (3 / 2) (1 / 2) 0 = (1).
Proof. evaluate. Qed.
Example value_80 : risk (1) (2) (3 / 2) (1 / 2) 1 = (9 / 8).
Proof. evaluate. Qed.
Example value_81 : risk (1) (2) (3 / 2) (1 / 2) 2 = (75 / 64).
Proof. evaluate. Qed.
Example value_82 : risk (1) (2) (3 / 2) (1 / 2) 5 = (39273 / 32768).
Proof. evaluate. Qed.
Example value_83 : limit_risk (1) (2) (3 / 2) (1 / 2) = (6 / 5).
Proof. evaluate. Qed.
Example value_84 : risk (1 / 100) (1 / 7) (99 / 100) (3 / 5) 0 = (1 / 100).
Proof. evaluate. Qed.
Example value_85 : risk (1 / 100) (1 / 7) (99 / 100) (3 / 5) 1 = (3067 / 109375).
Proof. evaluate. Qed.
Example value_86 : risk (1 / 100) (1 / 7) (99 / 100) (3 / 5) 2 = (8448907 / 273437500).
Proof. evaluate. Qed.
Example value_87 : risk (1 / 100) (1 / 7) (99 / 100) (3 / 5) 5 = (524621178515017 / 16689300537109375).
Proof. evaluate. Qed.
Example value_88 : limit_risk (1 / 100) (1 / 7) (99 / 100) (3 / 5) = (463 / 14728).
Proof. evaluate. Qed.
Example value_89 : risk (2 / 3) (1 / 5) (1) (1 / 4) 0 = (2 / 3).
Proof. evaluate. Qed.
Example value_90 : risk (2 / 3) (1 / 5) (1) (1 / 4) 1 = (127 / 240).
Proof. evaluate. Qed.
Example value_91 : risk (2 / 3) (1 / 5) (1) (1 / 4) 2 = (347 / 768).
Proof. evaluate. Qed.
Example value_92 : risk (2 / 3) (1 / 5) (1) (1 / 4) 5 = (5820847 / 15728640).
Proof. evaluate. Qed.
Example value_93 : limit_risk (2 / 3) (1 / 5) (1) (1 / 4) = (37 / 105).
Proof. evaluate. Qed.
Example value_94 : risk (2 * (3 / 2) ^ 2 / 4) (2 * (3 / 2) ^ 2 / 8) (10 / 8) (2 / 3) 3 = (27143 / 41472).
Proof. evaluate. Qed.
Example value_95 : risk (3 / 5) (3 / 9) 1 (2 / 3) 3 = (748 / 2187).
Proof. evaluate. Qed.
Example value_96 : covariance_risk 2 4 9 4 (1 / 2) 0 = (2 / 3).
Proof. evaluate. Qed.
Example value_97 : trace_variance 2 4 9 4 (1 / 2) 0 = (4 / 9).
Proof. evaluate. Qed.
Example value_98 : covariance_risk 2 4 9 4 (1 / 2) 1 = (7 / 9).
Proof. evaluate. Qed.
Example value_99 : trace_variance 2 4 9 4 (1 / 2) 1 = (5 / 9).
Proof. evaluate. Qed.
Example value_100 : covariance_risk 2 4 9 4 (1 / 2) 2 = (59 / 72).
Proof. evaluate. Qed.
Example value_101 : trace_variance 2 4 9 4 (1 / 2) 2 = (43 / 72).
Proof. evaluate. Qed.
Example value_102 : covariance_risk 2 4 9 4 (1 / 2) 3 = (481 / 576).
Proof. evaluate. Qed.
Example value_103 : trace_variance 2 4 9 4 (1 / 2) 3 = (353 / 576).
Proof. evaluate. Qed.
Example value_104 : covariance_limit 2 4 9 4 (1 / 2) = (38 / 45).
Proof. evaluate. Qed.
Example value_105 : trace_variance_limit 2 4 9 4 (1 / 2) = (28 / 45).
Proof. evaluate. Qed.
Example value_106 : covariance_risk 2 4 30 46 (3 / 10) 0 = (1 / 5).
Proof. evaluate. Qed.
Example value_107 : trace_variance 2 4 30 46 (3 / 10) 0 = (2 / 15).
Proof. evaluate. Qed.
Example value_108 : covariance_risk 2 4 30 46 (3 / 10) 1 = (12659 / 69000).
Proof. evaluate. Qed.
Example value_109 : trace_variance 2 4 30 46 (3 / 10) 1 = (857 / 6900).
Proof. evaluate. Qed.
Example value_110 : covariance_risk 2 4 30 46 (3 / 10) 2 = (805403 / 4600000).
Proof. evaluate. Qed.
Example value_111 : trace_variance 2 4 30 46 (3 / 10) 2 = (6315027 / 52900000).
Proof. evaluate. Qed.
Example value_112 : covariance_risk 2 4 30 46 (3 / 10) 3 = (83145704153 / 486680000000).
Proof. evaluate. Qed.
Example value_113 : trace_variance 2 4 30 46 (3 / 10) 3 = (1236097393 / 10580000000).
Proof. evaluate. Qed.
Example value_114 : covariance_limit 2 4 30 46 (3 / 10) = (560176 / 3364975).
Proof. evaluate. Qed.
Example value_115 : trace_variance_limit 2 4 30 46 (3 / 10) = (383708 / 3364975).
Proof. evaluate. Qed.
Example value_116 : 0.422649730810 < covariance_threshold 2 < 0.422649730811.
Proof. evaluate. Qed.
Example value_117 : 0.183503419072 < covariance_threshold 5 < 0.183503419073.
Proof. evaluate. Qed.
Example value_118 : 0.095465966266 < covariance_threshold 10 < 0.095465966267.
Proof. evaluate. Qed.
Example value_119 : 0.009950496287 < covariance_threshold 100 < 0.009950496288.
Proof. evaluate. Qed.
Example value_120 : 0.000999500499 < covariance_threshold 1000 < 0.000999500500.
Proof. evaluate. Qed.
Example value_121 : collapsing_mean_risk (7 / 2) 5 8 0 = (7 / 10).
Proof. unfold collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk. evaluate. Qed.
Example value_122 : collapsing_frequency_risk (1 / 6) 5 8 0 = (1 / 30).
Proof. unfold collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk. evaluate. Qed.
Example value_123 : collapsing_variance_risk (3 / 2) 5 8 0 = (9 / 8).
Proof. unfold collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk. evaluate. Qed.
Example value_124 : collapsing_mean_risk (7 / 2) 5 8 1 = (91 / 80).
Proof. unfold collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk. evaluate. Qed.
Example value_125 : collapsing_frequency_risk (1 / 6) 5 8 1 = (1 / 20).
Proof. unfold collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk. evaluate. Qed.
Example value_126 : collapsing_variance_risk (3 / 2) 5 8 1 = (117 / 56).
Proof. unfold collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk. evaluate. Qed.
Example value_127 : collapsing_mean_risk (7 / 2) 5 8 4 = (49 / 20).
Proof. unfold collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk. evaluate. Qed.
Example value_128 : collapsing_frequency_risk (1 / 6) 5 8 4 = (2719 / 30720).
Proof. unfold collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk. evaluate. Qed.
Example value_129 : collapsing_variance_risk (3 / 2) 5 8 4 = (133929 / 19208).
Proof. unfold collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk. evaluate. Qed.
