(** * Weights that change by generation

    In units of A, with kappa = B/A, the risk under weights w_1, w_2, ... is e_t = w_t^2 + (1 - w_t)^2 (kappa + rho
    e_(t-1)), e_0 = 1.  The dynamic weights are

      w_t = v_t = P / (1 + P),      P = kappa + rho v_(t-1),      v_0 = 1.

    Proved here for rho >= 0 and kappa > 0:
    - with the dynamic weights the risk is v_t, and no other sequence of weights has less at any generation;
    - v_t decreases to the optimal constant weight w* of [Optimum], at the rate (rho u*^2)^t, and is the fixed point of
      its Riccati map; for rho > 0 it stays strictly above, so no sequence of weights ever gets below w*;
    - at kappa = rho = 1, v_t = F_(2t+1) / F_(2t+2), with the Fibonacci numbers F_1 = F_2 = 1.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz Lia ZArith.
From Goldenweight Require Import Law Optimum GoldenWeight.
Open Scope R_scope.

(** ** Definitions *)

(** v_t, and the weight of generation t where t >= 1. *)
Fixpoint dynamic_weight (kappa rho : R) (t : nat) : R :=
  match t with
  | O => 1
  | S s => (kappa + rho * dynamic_weight kappa rho s) / (1 + (kappa + rho * dynamic_weight kappa rho s))
  end.

(** The risk under any weights; [weights t] is that of generation t + 1. *)
Fixpoint risk_under (fresh synthetic rho : R) (weights : nat -> R) (t : nat) : R :=
  match t with
  | O => fresh
  | S s =>
      weights s ^ 2 * fresh
      + (1 - weights s) ^ 2 * (synthetic + rho * risk_under fresh synthetic rho weights s)
  end.

Fixpoint fibonacci (n : nat) : Z :=
  match n with
  | O => 0
  | S p => match p with O => 1 | S q => fibonacci p + fibonacci q end
  end%Z.

(** ** Elementary properties *)

Lemma constant_weights_are_the_law : forall A B rho w t,
  risk_under A B rho (fun _ => w) t = risk A B rho w t.
Proof.
  intros A B rho w t. unfold risk. induction t as [|t IH]; [reflexivity|].
  cbn [risk_under risk_from]. now rewrite IH.
Qed.

Lemma dynamic_weight_is_in_unit_interval : forall kappa rho t,
  0 < kappa -> 0 <= rho -> 0 < dynamic_weight kappa rho t <= 1.
Proof.
  intros kappa rho t Hk Hr. induction t as [|t IH]; cbn [dynamic_weight]; [lra|].
  set (v := dynamic_weight kappa rho t) in *. clearbody v.
  assert (P : 0 < kappa + rho * v) by nra. set (p := kappa + rho * v) in *. clearbody p.
  split; [apply Rdiv_lt_0_compat; lra|].
  apply (Rmult_le_reg_r (1 + p)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
Qed.

(** v = 1 - 1 / (1 + P), which mentions v_(t-1) once. *)
Lemma dynamic_weight_successor : forall kappa rho t,
  0 < kappa -> 0 <= rho ->
  dynamic_weight kappa rho (S t) = 1 - 1 / (1 + (kappa + rho * dynamic_weight kappa rho t)).
Proof.
  intros kappa rho t Hk Hr. cbn [dynamic_weight].
  pose proof (dynamic_weight_is_in_unit_interval kappa rho t Hk Hr).
  field. nra.
Qed.

(** ** Minimality *)

(** One generation: w^2 + (1 - w)^2 P exceeds P / (1 + P) by a square. *)
Lemma one_generation_exceeds_optimum_by_a_square : forall p w : R,
  0 < p -> w ^ 2 + (1 - w) ^ 2 * p = p / (1 + p) + (1 + p) * (w - p / (1 + p)) ^ 2.
Proof. intros p w Hp. field. lra. Qed.

Theorem dynamic_weights_attain_their_own_value : forall A B rho t,
  0 < A -> 0 < B -> 0 <= rho ->
  risk_under A B rho (fun s => dynamic_weight (B / A) rho (S s)) t = dynamic_weight (B / A) rho t * A.
Proof.
  intros A B rho t HA HB Hr. induction t as [|t IH]; [cbn; ring|].
  cbn [risk_under]. rewrite IH. cbn [dynamic_weight].
  pose proof (dynamic_weight_is_in_unit_interval (B / A) rho t (kappa_of_noises A B HA HB) Hr).
  set (v := dynamic_weight (B / A) rho t) in *. clearbody v.
  assert (K : 0 < B / A) by now apply kappa_of_noises.
  remember (B / A) as kappa eqn:E. assert (EB : B = kappa * A) by (rewrite E; field; lra).
  clear E. subst B. field. nra.
Qed.

Theorem dynamic_weights_are_minimal : forall A B rho weights t,
  0 < A -> 0 < B -> 0 <= rho ->
  dynamic_weight (B / A) rho t * A <= risk_under A B rho weights t.
Proof.
  intros A B rho weights t HA HB Hr. induction t as [|t IH]; [cbn; lra|].
  cbn [risk_under dynamic_weight].
  pose proof (dynamic_weight_is_in_unit_interval (B / A) rho t (kappa_of_noises A B HA HB) Hr) as I.
  assert (K : 0 < B / A) by now apply kappa_of_noises.
  set (v := dynamic_weight (B / A) rho t) in *. clearbody v.
  set (e := risk_under A B rho weights t) in *. clearbody e. set (w := weights t). clearbody w.
  remember (B / A) as kappa eqn:E. assert (EB : B = kappa * A) by (rewrite E; field; lra).
  clear E. subst B.
  assert (P : 0 < kappa + rho * v) by nra. set (p := kappa + rho * v) in *.
  (* The risk increases in that of the previous generation, so put v A for e. *)
  apply Rle_trans with ((w ^ 2 + (1 - w) ^ 2 * p) * A).
  - rewrite one_generation_exceeds_optimum_by_a_square by exact P.
    assert (0 <= (w - p / (1 + p)) ^ 2) by apply pow2_ge_0.
    apply Rmult_le_compat_r; [lra|]. nra.
  - assert (0 <= (1 - w) ^ 2) by apply pow2_ge_0.
    assert (rho * (v * A) <= rho * e) by (apply Rmult_le_compat_l; lra).
    unfold p. nra.
Qed.

(** The weight of the last generation that attains it is unique. *)
Theorem last_dynamic_weight_is_unique_minimiser : forall A B rho weights t,
  0 < A -> 0 < B -> 0 <= rho ->
  risk_under A B rho weights (S t) = dynamic_weight (B / A) rho (S t) * A ->
  weights t = dynamic_weight (B / A) rho (S t).
Proof.
  intros A B rho weights t HA HB Hr.
  pose proof (dynamic_weights_are_minimal A B rho weights t HA HB Hr) as M.
  cbn [risk_under dynamic_weight].
  pose proof (dynamic_weight_is_in_unit_interval (B / A) rho t (kappa_of_noises A B HA HB) Hr) as I.
  assert (K : 0 < B / A) by now apply kappa_of_noises.
  set (v := dynamic_weight (B / A) rho t) in *. clearbody v.
  set (e := risk_under A B rho weights t) in *. clearbody e. set (w := weights t). clearbody w.
  remember (B / A) as kappa eqn:E. assert (EB : B = kappa * A) by (rewrite E; field; lra).
  clear E. subst B. intro H.
  assert (P : 0 < kappa + rho * v) by nra. remember (kappa + rho * v) as p eqn:Ep.
  assert (L : (w ^ 2 + (1 - w) ^ 2 * p) * A <= p / (1 + p) * A).
  { rewrite <- H. assert (0 <= (1 - w) ^ 2) by apply pow2_ge_0.
    assert (rho * (v * A) <= rho * e) by (apply Rmult_le_compat_l; lra). rewrite Ep. nra. }
  apply Rmult_le_reg_r in L; [|exact HA].
  rewrite one_generation_exceeds_optimum_by_a_square in L by exact P.
  set (x := p / (1 + p)) in *. clearbody x.
  assert (Z : (w - x) ^ 2 = 0).
  { assert (0 <= (w - x) ^ 2) by apply pow2_ge_0. nra. }
  assert (w - x = 0) by nra. lra.
Qed.

(** ** The Riccati map and its fixed point *)

Theorem optimal_weight_is_the_riccati_fixed_point : forall kappa rho : R,
  0 < kappa -> 0 <= rho ->
  let s := optimal_weight rho kappa in
  s = (kappa + rho * s) / (1 + (kappa + rho * s)).
Proof.
  intros kappa rho Hk Hr s.
  pose proof (optimal_weight_is_in_unit_interval rho kappa Hr Hk) as I. fold s in I.
  pose proof (optimal_synthetic_weight_is_a_root rho kappa Hr Hk) as Q. cbv zeta in Q.
  unfold optimal_weight in s. unfold s in *. set (u := optimal_synthetic_weight rho kappa) in *. clearbody u.
  assert (0 < 1 + (kappa + rho * (1 - u))) by nra.
  apply (Rmult_eq_reg_r (1 + (kappa + rho * (1 - u)))); [|lra].
  field_simplify; [|lra]. lra.
Qed.

(** One step of the map, seen from the fixed point s: v' - s = rho (v - s) (1 - s) / (1 + P). *)
Lemma riccati_step : forall kappa rho v : R,
  0 < kappa -> 0 <= rho -> 0 < v ->
  let s := optimal_weight rho kappa in
  (kappa + rho * v) / (1 + (kappa + rho * v)) - s = rho * (v - s) * (1 - s) / (1 + (kappa + rho * v)).
Proof.
  intros kappa rho v Hk Hr Hv s.
  pose proof (optimal_synthetic_weight_is_a_root rho kappa Hr Hk) as Q. cbv zeta in Q.
  unfold s, optimal_weight. set (u := optimal_synthetic_weight rho kappa) in *. clearbody u.
  assert (0 < 1 + (kappa + rho * v)) by nra.
  apply (Rmult_eq_reg_r (1 + (kappa + rho * v))); [|lra].
  field_simplify; [|lra|lra]. lra.
Qed.

Lemma dynamic_weight_is_not_below_optimal_weight : forall kappa rho t,
  0 < kappa -> 0 <= rho -> optimal_weight rho kappa <= dynamic_weight kappa rho t.
Proof.
  intros kappa rho t Hk Hr.
  pose proof (optimal_weight_is_in_unit_interval rho kappa Hr Hk) as I.
  induction t as [|t IH]; [cbn; lra|]. cbn [dynamic_weight].
  pose proof (dynamic_weight_is_in_unit_interval kappa rho t Hk Hr) as J.
  pose proof (riccati_step kappa rho (dynamic_weight kappa rho t) Hk Hr (proj1 J)) as E. cbv zeta in E.
  set (v := dynamic_weight kappa rho t) in *. set (s := optimal_weight rho kappa) in *. clearbody v s.
  assert (0 <= rho * (v - s) * (1 - s) / (1 + (kappa + rho * v))); [|lra].
  apply Rmult_le_pos; [|apply Rlt_le, Rinv_0_lt_compat; nra].
  apply Rmult_le_pos; [apply Rmult_le_pos|]; lra.
Qed.

Theorem dynamic_weight_is_above_optimal_weight : forall kappa rho t,
  0 < kappa -> 0 < rho -> optimal_weight rho kappa < dynamic_weight kappa rho t.
Proof.
  intros kappa rho t Hk Hr0. assert (Hr : 0 <= rho) by lra.
  pose proof (optimal_weight_is_in_unit_interval rho kappa Hr Hk) as I.
  induction t as [|t IH]; [cbn; lra|]. cbn [dynamic_weight].
  pose proof (dynamic_weight_is_in_unit_interval kappa rho t Hk Hr) as J.
  pose proof (riccati_step kappa rho (dynamic_weight kappa rho t) Hk Hr (proj1 J)) as E. cbv zeta in E.
  set (v := dynamic_weight kappa rho t) in *. set (s := optimal_weight rho kappa) in *. clearbody v s.
  assert (0 < rho * (v - s) * (1 - s) / (1 + (kappa + rho * v))); [|lra].
  apply Rdiv_lt_0_compat; [|nra].
  apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat|]; lra.
Qed.

Theorem dynamic_weights_decrease : forall kappa rho t,
  0 < kappa -> 0 < rho -> dynamic_weight kappa rho (S t) < dynamic_weight kappa rho t.
Proof.
  intros kappa rho t Hk Hr. assert (Hr0 : 0 <= rho) by lra.
  induction t as [|t IH].
  - cbn [dynamic_weight]. assert (0 < 1 + (kappa + rho * 1)) by nra.
    apply (Rmult_lt_reg_r (1 + (kappa + rho * 1))); [lra|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
  - rewrite (dynamic_weight_successor kappa rho (S t)) by assumption.
    pose proof (dynamic_weight_successor kappa rho t Hk Hr0) as E.
    pose proof (dynamic_weight_is_in_unit_interval kappa rho (S t) Hk Hr0).
    pose proof (dynamic_weight_is_in_unit_interval kappa rho t Hk Hr0).
    set (v := dynamic_weight kappa rho t) in *. set (v' := dynamic_weight kappa rho (S t)) in *.
    clearbody v v'. unfold Rdiv in *. rewrite Rmult_1_l in *.
    assert (/ (1 + (kappa + rho * v)) < / (1 + (kappa + rho * v'))); [|lra].
    clear E. apply Rinv_lt_contravar; [apply Rmult_lt_0_compat|]; nra.
Qed.

Theorem dynamic_weights_approach_optimal_weight_geometrically : forall kappa rho t,
  0 < kappa -> 0 <= rho ->
  let s := optimal_weight rho kappa in
  0 <= dynamic_weight kappa rho t - s <= (rho * (1 - s) ^ 2) ^ t * (1 - s).
Proof.
  intros kappa rho t Hk Hr s.
  pose proof (optimal_weight_is_in_unit_interval rho kappa Hr Hk) as I. fold s in I.
  split; [pose proof (dynamic_weight_is_not_below_optimal_weight kappa rho t Hk Hr) as G; fold s in G; lra|].
  induction t as [|t IH]; [cbn; lra|]. cbn [dynamic_weight]. rewrite (pow_successor _ t).
  pose proof (dynamic_weight_is_in_unit_interval kappa rho t Hk Hr) as J.
  pose proof (dynamic_weight_is_not_below_optimal_weight kappa rho t Hk Hr) as L. fold s in L.
  pose proof (riccati_step kappa rho (dynamic_weight kappa rho t) Hk Hr (proj1 J)) as E. cbv zeta in E.
  pose proof (optimal_weight_is_the_riccati_fixed_point kappa rho Hk Hr) as F. cbv zeta in F.
  fold s in E, F. rewrite E. clear E.
  set (v := dynamic_weight kappa rho t) in *. set (q := (rho * (1 - s) ^ 2) ^ t) in *. clearbody v s q.
  (* 1 / (1 + P) <= 1 / (1 + P_star) = 1 - s *)
  assert (S0 : 0 < 1 + (kappa + rho * s)) by nra.
  assert (F1 : 1 - s = / (1 + (kappa + rho * s))).
  { rewrite F at 1. field. lra. }
  assert (M : / (1 + (kappa + rho * v)) <= 1 - s).
  { rewrite F1. apply Rinv_le_contravar; [exact S0|]. nra. }
  assert (N : 0 <= rho * (v - s) * (1 - s)) by (apply Rmult_le_pos; [apply Rmult_le_pos|]; lra).
  apply Rle_trans with (rho * (v - s) * (1 - s) * (1 - s)).
  - unfold Rdiv. apply Rmult_le_compat_l; assumption.
  - replace (rho * (v - s) * (1 - s) * (1 - s)) with (rho * (1 - s) ^ 2 * (v - s)) by ring.
    replace (rho * (1 - s) ^ 2 * q * (1 - s)) with (rho * (1 - s) ^ 2 * (q * (1 - s))) by ring.
    apply Rmult_le_compat_l; [|exact IH].
    apply Rmult_le_pos; [exact Hr|apply pow2_ge_0].
Qed.

Theorem dynamic_weights_converge_to_optimal_weight : forall kappa rho,
  0 < kappa -> 0 <= rho -> Un_cv (dynamic_weight kappa rho) (optimal_weight rho kappa).
Proof.
  intros kappa rho Hk Hr.
  pose proof (optimum_is_in_the_domain_of_convergence rho kappa Hr Hk) as C.
  set (s := optimal_weight rho kappa) in *.
  assert (Q : Rabs (rho * (1 - s) ^ 2) < 1).
  { rewrite Rabs_pos_eq; [exact C|]. apply Rmult_le_pos; [exact Hr|apply pow2_ge_0]. }
  intros eps He. destruct (geometric_sequence_vanishes _ (1 - s) Q eps He) as [N HN].
  exists N. intros t Ht. specialize (HN t Ht). unfold R_dist in *. rewrite Rminus_0_r in HN.
  pose proof (dynamic_weights_approach_optimal_weight_geometrically kappa rho t Hk Hr) as G.
  cbv zeta in G. fold s in G. rewrite Rabs_pos_eq by lra.
  apply Rle_lt_trans with ((rho * (1 - s) ^ 2) ^ t * (1 - s)); [lra|].
  eapply Rle_lt_trans; [apply Rle_abs|exact HN].
Qed.

Theorem no_sequence_of_weights_gets_below_the_optimum : forall A B rho weights t,
  0 < A -> 0 < B -> 0 < rho -> optimal_weight rho (B / A) * A < risk_under A B rho weights t.
Proof.
  intros A B rho weights t HA HB Hr.
  apply Rlt_le_trans with (dynamic_weight (B / A) rho t * A).
  - apply Rmult_lt_compat_r; [exact HA|]. apply dynamic_weight_is_above_optimal_weight; [|exact Hr].
    now apply kappa_of_noises.
  - apply dynamic_weights_are_minimal; lra.
Qed.

(** At rho = 1 all this is about the golden weight. *)
Theorem dynamic_weights_converge_to_golden_weight : forall k,
  0 < k -> Un_cv (dynamic_weight k 1) (golden_weight k).
Proof.
  intros k Hk. rewrite golden_weight_is_the_optimal_weight_at_rho_one by exact Hk.
  apply dynamic_weights_converge_to_optimal_weight; lra.
Qed.

(** ** Fibonacci numbers *)

Lemma fibonacci_successor : forall n, fibonacci (S (S n)) = (fibonacci (S n) + fibonacci n)%Z.
Proof. reflexivity. Qed.

Theorem fibonacci_numbers :
  fibonacci 1 = 1%Z /\ fibonacci 2 = 1%Z /\
  forall n, fibonacci (S (S n)) = (fibonacci (S n) + fibonacci n)%Z.
Proof. repeat split. Qed.

Lemma fibonacci_is_positive : forall n, (0 <= fibonacci n /\ 0 < fibonacci (S n))%Z.
Proof.
  induction n as [|n [IH0 IH1]]; [cbn; lia|]. rewrite fibonacci_successor. lia.
Qed.

Theorem dynamic_weights_are_fibonacci_ratios : forall t,
  dynamic_weight 1 1 t = IZR (fibonacci (2 * t + 1)) / IZR (fibonacci (2 * t + 2)).
Proof.
  induction t as [|t IH].
  - cbn. field.
  - replace (2 * S t + 1)%nat with (S (S (2 * t + 1))) by lia.
    replace (2 * S t + 2)%nat with (S (S (S (2 * t + 1)))) by lia.
    cbn [dynamic_weight]. rewrite IH.
    replace (2 * t + 2)%nat with (S (2 * t + 1)) by lia.
    rewrite !fibonacci_successor, !plus_IZR.
    destruct (fibonacci_is_positive (2 * t + 1)) as [F0 F1]. apply IZR_le in F0. apply IZR_lt in F1.
    set (a := IZR (fibonacci (2 * t + 1))) in *. set (b := IZR (fibonacci (S (2 * t + 1)))) in *.
    clearbody a b. field. lra.
Qed.
