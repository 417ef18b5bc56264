(** * Extinction of a category of many rows

    In time of one generation the share x of a category among m rows of the model before changes with variance x (1 - x)/m.
    For many rows it tends to the diffusion of that variance, whose expected times T, until a fate, solve
    x (1 - x)/(2m) T'' = -r(x) inside the unit interval and vanish at its ends.  r is 1 until the category is lost or alone, and
    x for the sum over all generations of x - P(alone).  Proved here:
    - such a problem has at most one solution;
    - [time_to_end] is that of r = 1, [time_to_alone] that of r(x) = x.
    That the chain of m rows tends to the diffusion is not proved: the claim compares them.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz Lia.
Open Scope R_scope.

(** ** The problem *)

Definition vanishes_at_the_ends (f : R -> R) : Prop :=
  forall e, 0 < e -> exists d, 0 < d /\ forall x, 0 < x < 1 -> x < d \/ 1 - d < x -> Rabs (f x) < e.

(** [f] solves x (1 - x)/(2m) f'' = -r inside, and is 0 at the ends. *)
Definition is_expected_time (m : R) (r f : R -> R) : Prop :=
  exists slope curvature : R -> R,
    (forall x, 0 < x < 1 -> derivable_pt_lim f x (slope x)) /\
    (forall x, 0 < x < 1 -> derivable_pt_lim slope x (curvature x)) /\
    (forall x, 0 < x < 1 -> x * (1 - x) / (2 * m) * curvature x = - r x) /\
    vanishes_at_the_ends f.

Definition time_to_alone (m x : R) : R := - 2 * m * ((1 - x) * ln (1 - x)).
Definition time_to_end (m x : R) : R := - 2 * m * (x * ln x + (1 - x) * ln (1 - x)).

(** ** Slopes *)

Lemma reflected : forall f x l, derivable_pt_lim f (1 - x) l -> derivable_pt_lim (fun y => f (1 - y)) x (- l).
Proof.
  intros f x l D.
  replace (- l) with (l * (0 - 1)) by ring.
  change (fun y => f (1 - y)) with (comp f (fun y => 1 - y)).
  apply derivable_pt_lim_comp; [|exact D].
  apply (derivable_pt_lim_minus (fun _ => 1) (fun y => y)).
  - apply derivable_pt_lim_const.
  - apply derivable_pt_lim_id.
Qed.

Lemma entropy_slope : forall x, 0 < x -> derivable_pt_lim (fun y => y * ln y) x (ln x + 1).
Proof.
  intros x X.
  replace (ln x + 1) with (1 * ln x + x * / x) by (field; lra).
  apply (derivable_pt_lim_mult (fun y => y) ln).
  - apply derivable_pt_lim_id.
  - apply derivable_pt_lim_ln; exact X.
Qed.

Lemma scaled_slope : forall c f x l, derivable_pt_lim f x l -> derivable_pt_lim (fun y => c * f y) x (c * l).
Proof. intros c f x l D. exact (derivable_pt_lim_scal f c x l D). Qed.

Lemma summed_slope : forall f g x l k,
  derivable_pt_lim f x l -> derivable_pt_lim g x k -> derivable_pt_lim (fun y => f y + g y) x (l + k).
Proof. intros f g x l k F G. exact (derivable_pt_lim_plus f g x l k F G). Qed.

Lemma time_to_end_slope : forall m y, 0 < y < 1 ->
  derivable_pt_lim (time_to_end m) y (- 2 * m * (ln y + - ln (1 - y))).
Proof.
  intros m y Y.
  replace (- 2 * m * (ln y + - ln (1 - y))) with (- 2 * m * ((ln y + 1) + - (ln (1 - y) + 1))) by ring.
  apply scaled_slope.
  apply (summed_slope (fun y => y * ln y) (fun y => (1 - y) * ln (1 - y))).
  - apply entropy_slope; lra.
  - apply (reflected (fun y => y * ln y)). apply entropy_slope; lra.
Qed.

Lemma time_to_end_curvature : forall m y, 0 < y < 1 ->
  derivable_pt_lim (fun x => - 2 * m * (ln x + - ln (1 - x))) y (- 2 * m * (/ y + / (1 - y))).
Proof.
  intros m y Y. apply scaled_slope. apply (summed_slope ln (fun x => - ln (1 - x))).
  - apply derivable_pt_lim_ln; lra.
  - replace (/ (1 - y)) with (- (- / (1 - y))) by ring.
    apply (derivable_pt_lim_opp (fun x => ln (1 - x))).
    apply (reflected ln). apply derivable_pt_lim_ln; lra.
Qed.

(** ** Near the ends *)

Lemma entropy_is_small : forall x, 0 < x < 1 -> 0 <= - (x * ln x) <= 2 * sqrt x.
Proof.
  intros x X.
  assert (S : 0 < sqrt x) by (apply sqrt_lt_R0; lra).
  assert (Q : sqrt x * sqrt x = x) by (apply sqrt_sqrt; lra).
  assert (L : ln x = 2 * ln (sqrt x)) by (rewrite <- Q at 1; rewrite ln_mult by lra; ring).
  assert (N : ln x < 0) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (B : - ln (sqrt x) < / sqrt x).
  { rewrite <- ln_Rinv by lra.
    apply exp_lt_inv. rewrite exp_ln by (apply Rinv_0_lt_compat; lra).
    apply Rlt_trans with (1 + / sqrt x); [lra|]. apply exp_ineq1. apply Rgt_not_eq. apply Rinv_0_lt_compat; lra. }
  split; [nra|].
  assert (x * / sqrt x = sqrt x) by (rewrite <- Q at 1; field; lra).
  nra.
Qed.

Lemma complement_is_small : forall x, 0 < x < 1 -> 0 <= - ((1 - x) * ln (1 - x)) <= x.
Proof.
  intros x X.
  assert (N : ln (1 - x) < 0) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (B : - ln (1 - x) <= / (1 - x) - 1).
  { rewrite <- ln_Rinv by lra.
    apply Rnot_lt_le; intro C. apply exp_increasing in C.
    rewrite exp_ln in C by (apply Rinv_0_lt_compat; lra).
    assert (1 + (/ (1 - x) - 1) < exp (/ (1 - x) - 1)); [|lra].
    apply exp_ineq1. apply Rgt_not_eq.
    assert (1 < / (1 - x)); [|lra].
    rewrite <- Rinv_1 at 1. apply Rinv_lt_contravar; lra. }
  split; [nra|].
  assert ((1 - x) * / (1 - x) = 1) by (field; lra).
  nra.
Qed.

Lemma time_to_end_is_symmetric : forall m x, time_to_end m (1 - x) = time_to_end m x.
Proof. intros m x. unfold time_to_end. replace (1 - (1 - x)) with x by ring. ring. Qed.

Lemma time_to_end_vanishes : forall m, 0 < m -> vanishes_at_the_ends (time_to_end m).
Proof.
  intros m M e E.
  set (r := Rmin 1 (e / (8 * m))).
  assert (R0 : 0 < r) by (unfold r; apply Rmin_glb_lt; [lra|apply Rdiv_lt_0_compat; lra]).
  assert (R1 : r <= 1) by apply Rmin_l.
  assert (R2 : 8 * m * r <= e).
  { apply Rle_trans with (8 * m * (e / (8 * m))); [apply Rmult_le_compat_l; [lra|apply Rmin_r]|right; field; lra]. }
  assert (B : forall x, 0 < x < 1 -> x < r * r -> Rabs (time_to_end m x) < e).
  { intros x X D.
    destruct (entropy_is_small x X), (complement_is_small x X).
    assert (S : sqrt x < r) by (rewrite <- (sqrt_square r) by lra; apply sqrt_lt_1; nra).
    rewrite Rabs_pos_eq; unfold time_to_end; nra. }
  exists (r * r). split; [nra|].
  intros x X [D|D]; [apply B; assumption|].
  rewrite <- time_to_end_is_symmetric. apply B; lra.
Qed.

Lemma time_to_alone_vanishes : forall m, 0 < m -> vanishes_at_the_ends (time_to_alone m).
Proof.
  intros m M e E.
  destruct (time_to_end_vanishes m M e E) as [d [D N]].
  exists d. split; [exact D|]. intros x X Y. specialize (N x X Y).
  destruct (entropy_is_small x X), (complement_is_small x X).
  assert (P : 0 <= time_to_end m x) by (unfold time_to_end; nra).
  assert (Q : 0 <= time_to_alone m x) by (unfold time_to_alone; nra).
  rewrite Rabs_pos_eq in N by exact P. rewrite Rabs_pos_eq by exact Q.
  unfold time_to_end, time_to_alone in *. nra.
Qed.

(** A function of no curvature that vanishes at both ends is 0. *)
Lemma no_curvature : forall f g : R -> R,
  (forall y, 0 < y < 1 -> derivable_pt_lim f y (g y)) ->
  (forall y, 0 < y < 1 -> derivable_pt_lim g y 0) ->
  vanishes_at_the_ends f -> forall x, 0 < x < 1 -> f x = 0.
Proof.
  intros f g F G V x X.
  assert (C : forall a b, 0 < a -> a < b -> b < 1 -> g b = g a).
  { intros a b A L B. destruct (MVT_cor2 g (fun _ => 0) a b L) as [c [E _]]; [intros; apply G; lra|lra]. }
  set (s := g (/ 2)).
  assert (K : forall y, 0 < y < 1 -> g y = s).
  { intros y Y. unfold s. destruct (Rtotal_order y (/ 2)) as [L|[->|L]].
    - symmetry. apply C; lra.
    - reflexivity.
    - apply C; lra. }
  assert (A : forall a b, 0 < a -> a < b -> b < 1 -> f b - f a = s * (b - a)).
  { intros a b P L Q. destruct (MVT_cor2 f g a b L) as [c [E I]]; [intros; apply F; lra|]. rewrite E, K; lra. }
  (* Near 0 and near 1 the line through f x is below every e. *)
  assert (S : forall e, 0 < e -> Rabs (f x - s * x) <= e /\ Rabs (f x + s * (1 - x)) <= e).
  { intros e E. destruct (V (e / 2)) as [d [D N]]; [lra|].
    set (t := Rmin (Rmin (d / 2) (x / 2)) (Rmin ((1 - x) / 2) (e / (2 * (1 + Rabs s))))).
    assert (Z : 0 <= Rabs s) by apply Rabs_pos.
    assert (T0 : 0 < t).
    { unfold t. repeat apply Rmin_glb_lt; try lra. apply Rdiv_lt_0_compat; lra. }
    assert (T1 : t <= d / 2) by (unfold t; eapply Rle_trans; [apply Rmin_l|apply Rmin_l]).
    assert (T2 : t <= x / 2) by (unfold t; eapply Rle_trans; [apply Rmin_l|apply Rmin_r]).
    assert (T3 : t <= (1 - x) / 2) by (unfold t; eapply Rle_trans; [apply Rmin_r|apply Rmin_l]).
    assert (T4 : t <= e / (2 * (1 + Rabs s))) by (unfold t; eapply Rle_trans; [apply Rmin_r|apply Rmin_r]).
    assert (H : Rabs s * t <= e / 2).
    { apply Rle_trans with ((1 + Rabs s) * (e / (2 * (1 + Rabs s)))); [nra|right; field; lra]. }
    assert (ST : Rabs (s * t) <= e / 2) by (rewrite Rabs_mult, (Rabs_pos_eq t) by lra; exact H).
    split.
    - assert (U := N t ltac:(lra) ltac:(lra)).
      assert (W := A t x ltac:(lra) ltac:(lra) ltac:(lra)).
      replace (f x - s * x) with (f t + - (s * t)) by lra.
      eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp. lra.
    - assert (U := N (1 - t) ltac:(lra) ltac:(lra)).
      assert (W := A x (1 - t) ltac:(lra) ltac:(lra) ltac:(lra)).
      replace (f x + s * (1 - x)) with (f (1 - t) + s * t) by lra.
      eapply Rle_trans; [apply Rabs_triang|]. lra. }
  assert (Z : forall u, (forall e, 0 < e -> Rabs u <= e) -> u = 0).
  { intros u U. destruct (Req_dec u 0) as [|N]; [assumption|].
    assert (P := Rabs_pos_lt u N). specialize (U (Rabs u / 2) ltac:(lra)). lra. }
  assert (L : f x - s * x = 0) by (apply Z; intros e E; apply (S e E)).
  assert (R : f x + s * (1 - x) = 0) by (apply Z; intros e E; apply (S e E)).
  nra.
Qed.

(** ** The solutions *)

Theorem expected_time_is_one : forall m r f g, 0 < m ->
  is_expected_time m r f -> is_expected_time m r g -> forall x, 0 < x < 1 -> f x = g x.
Proof.
  intros m r f g M [f1 [f2 [F1 [F2 [F3 F4]]]]] [g1 [g2 [G1 [G2 [G3 G4]]]]] x X.
  assert (D : f x + -1 * g x = 0); [|lra].
  apply (no_curvature (fun y => f y + -1 * g y) (fun y => f1 y + -1 * g1 y)); [| | |exact X].
  - intros y Y. apply (summed_slope f (fun z => -1 * g z)); [apply F1; exact Y|].
    apply scaled_slope. apply G1; exact Y.
  - intros y Y. replace 0 with (f2 y + -1 * g2 y).
    + apply (summed_slope f1 (fun z => -1 * g1 z)); [apply F2; exact Y|].
      apply scaled_slope. apply G2; exact Y.
    + assert (E : f2 y = g2 y); [|lra].
      apply Rmult_eq_reg_l with (y * (1 - y) / (2 * m)).
      * rewrite (F3 y Y), (G3 y Y). reflexivity.
      * apply Rgt_not_eq. apply Rdiv_lt_0_compat; nra.
  - intros e P.
    destruct (F4 (e / 2)) as [a [A1 A2]]; [lra|].
    destruct (G4 (e / 2)) as [b [B1 B2]]; [lra|].
    exists (Rmin a b). split; [apply Rmin_glb_lt; assumption|].
    intros y Y N.
    assert (Rmin a b <= a) by apply Rmin_l. assert (Rmin a b <= b) by apply Rmin_r.
    specialize (A2 y Y ltac:(lra)). specialize (B2 y Y ltac:(lra)).
    replace (-1 * g y) with (- g y) by ring.
    eapply Rle_lt_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp. lra.
Qed.

Theorem time_to_end_is_that_of_the_diffusion : forall m, 0 < m ->
  is_expected_time m (fun _ => 1) (time_to_end m).
Proof.
  intros m M.
  exists (fun y => - 2 * m * (ln y + - ln (1 - y))), (fun y => - 2 * m * (/ y + / (1 - y))).
  repeat split; [| | |apply time_to_end_vanishes; exact M]; intros x X.
  - apply time_to_end_slope; exact X.
  - apply time_to_end_curvature; exact X.
  - field; lra.
Qed.

Theorem time_to_alone_is_that_of_the_diffusion : forall m, 0 < m ->
  is_expected_time m (fun x => x) (time_to_alone m).
Proof.
  intros m M.
  exists (fun y => - 2 * m * - (ln (1 - y) + 1)), (fun y => - 2 * m * / (1 - y)).
  repeat split; [| | |apply time_to_alone_vanishes; exact M]; intros x X.
  - apply scaled_slope. apply (reflected (fun y => y * ln y)). apply entropy_slope; lra.
  - apply scaled_slope.
    replace (/ (1 - x)) with (- (- (/ (1 - x) + 0))) by ring.
    apply (derivable_pt_lim_opp (fun y => ln (1 - y) + 1)).
    apply (reflected (fun y => ln y + 1)).
    apply (summed_slope ln (fun _ => 1)); [apply derivable_pt_lim_ln; lra|apply derivable_pt_lim_const].
  - field; lra.
Qed.

(** Until a category is lost or alone it is as long as both: alone, or all others alone. *)
Theorem time_to_end_is_of_both : forall m x, time_to_end m x = time_to_alone m x + time_to_alone m (1 - x).
Proof. intros m x. unfold time_to_end, time_to_alone. replace (1 - (1 - x)) with x by ring. ring. Qed.
