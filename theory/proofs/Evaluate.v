(** * Evaluation

    One tactic, [evaluate], for statements about numbers: it proves those that are true and fails on those that are
    false.  It covers
    - closed rational expressions, with =, <>, <, <=, >, >= and conjunctions of them, where every function of this folder
      that is a rational expression of its arguments is unfolded;
    - equations [f x = v] with rational x and v, and bounds [a < f x < b], where f is one of the functions with a square
      root: [golden_weight], [optimal_weight], [optimal_synthetic_weight], [covariance_threshold],
      [effective_sample_size].  Their values are recognised by the equations that define them.

    How: a closed rational expression is read into a syntax tree, the tree is evaluated to a fraction by computation with
    integers, and [fraction_is_sound] says that the fraction is right (division by zero has no value).  The examples at
    the end show what is covered, and that false statements fail.

    Only the standard library is used. *)

From Coq Require Import Reals Lra Psatz Lia ZArith QArith Qreals Qreduction.
From Goldenweight Require Import Law Optimum GoldenWeight GoldenRatio Weights Covariance Dynamic Collapse.
Open Scope R_scope.

(** ** Rational expressions *)

Inductive expression : Set :=
  | Integer (z : Z)
  | Decimal (q : Q)
  | Sum (a b : expression)
  | Difference (a b : expression)
  | Product (a b : expression)
  | Opposite (a : expression)
  | Quotient (a b : expression)
  | Inverse (a : expression)
  | Power (a : expression) (n : nat)
  | Dynamic (a b : expression) (t : nat)
  | Risk (T2 S2 c d w : expression) (t : nat)
  | Trace (T2 S2 c d w : expression) (t : nat).

Fixpoint meaning (e : expression) : R :=
  match e with
  | Integer z => IZR z
  | Decimal q => Q2R q
  | Sum a b => meaning a + meaning b
  | Difference a b => meaning a - meaning b
  | Product a b => meaning a * meaning b
  | Opposite a => - meaning a
  | Quotient a b => meaning a / meaning b
  | Inverse a => / meaning a
  | Power a n => meaning a ^ n
  | Dynamic a b t => dynamic_weight (meaning a) (meaning b) t
  | Risk T2 S2 c d w t => covariance_risk (meaning T2) (meaning S2) (meaning c) (meaning d) (meaning w) t
  | Trace T2 S2 c d w t => trace_variance (meaning T2) (meaning S2) (meaning c) (meaning d) (meaning w) t
  end.

Fixpoint power (q : Q) (n : nat) : Q :=
  match n with O => 1%Q | S p => Qred (q * power q p) end.

(** Dynamic weights, generation by generation: written out, they double in size with each. *)
Fixpoint dynamic (kappa rho : Q) (t : nat) : option Q :=
  match t with
  | O => Some 1%Q
  | S s =>
      match dynamic kappa rho s with
      | Some v =>
          let p := Qred (kappa + rho * v) in
          if Qeq_bool (1 + p) 0 then None else Some (Qred (p / (1 + p)))
      | None => None
      end
  end.

(** The covariance's moments, for c and d other than zero. *)
Fixpoint moments (T2 S2 c d w : Q) (t : nat) : Q * Q :=
  match t with
  | O => (Qred ((T2 + S2) / c), Qred (2 * T2 / c))%Q
  | S s =>
      let (V, U) := moments T2 S2 c d w s in
      let w2 := Qred (w * w) in
      let u2 := Qred ((1 - w) * (1 - w)) in
      (Qred (w2 * ((T2 + S2) / c) + u2 * (V + (T2 + S2 + V + U) / d)),
       Qred (w2 * (2 * T2 / c) + u2 * (U + 2 * (T2 + V) / d)))%Q
  end.

Definition covariance (part : Q * Q -> Q) (T2 S2 c d w : option Q) (t : nat) : option Q :=
  match T2, S2, c, d, w with
  | Some T2, Some S2, Some c, Some d, Some w =>
      if (Qeq_bool c 0 || Qeq_bool d 0)%bool then None else Some (part (moments T2 S2 c d w t))
  | _, _, _, _, _ => None
  end.

(** The value of an expression, or none where a divisor is zero. *)
Fixpoint fraction (e : expression) : option Q :=
  let both f a b :=
    match fraction a, fraction b with Some x, Some y => f x y | _, _ => None end in
  match e with
  | Integer z => Some (inject_Z z)
  | Decimal q => Some q
  | Sum a b => both (fun x y => Some (Qred (x + y))) a b
  | Difference a b => both (fun x y => Some (Qred (x - y))) a b
  | Product a b => both (fun x y => Some (Qred (x * y))) a b
  | Opposite a => match fraction a with Some x => Some (- x)%Q | None => None end
  | Quotient a b => both (fun x y => if Qeq_bool y 0 then None else Some (Qred (x / y))) a b
  | Inverse a =>
      match fraction a with Some x => if Qeq_bool x 0 then None else Some (/ x)%Q | None => None end
  | Power a n => match fraction a with Some x => Some (power x n) | None => None end
  | Dynamic a b t => both (fun x y => dynamic x y t) a b
  | Risk T2 S2 c d w t => covariance fst (fraction T2) (fraction S2) (fraction c) (fraction d) (fraction w) t
  | Trace T2 S2 c d w t => covariance snd (fraction T2) (fraction S2) (fraction c) (fraction d) (fraction w) t
  end.

Lemma Q2R_Qred : forall q : Q, Q2R (Qred q) = Q2R q.
Proof. intro q. apply Qeq_eqR, Qred_correct. Qed.

Lemma Q2R_inject_Z : forall z : Z, Q2R (inject_Z z) = IZR z.
Proof. intro z. unfold Q2R, inject_Z. simpl. field. Qed.

Lemma Q2R_power : forall (q : Q) (n : nat), Q2R (power q n) = Q2R q ^ n.
Proof.
  intros q n. induction n as [|n IH]; cbn [power].
  - simpl. unfold Q2R. simpl. field.
  - rewrite Q2R_Qred, Q2R_mult, IH. reflexivity.
Qed.

Lemma value_of_some : forall x y : Q, Some x = Some y -> x = y.
Proof. congruence. Qed.

Lemma Q2R_dynamic : forall (kappa rho : Q) (t : nat) (v : Q),
  dynamic kappa rho t = Some v -> dynamic_weight (Q2R kappa) (Q2R rho) t = Q2R v.
Proof.
  intros kappa rho t. induction t as [|t IH]; cbn [dynamic dynamic_weight]; intros v H.
  - apply value_of_some in H as <-. unfold Q2R. simpl. field.
  - destruct (dynamic kappa rho t) as [x|]; [|discriminate]. rewrite (IH x eq_refl). cbv zeta in H.
    rewrite <- Q2R_mult, <- Q2R_plus, <- (Q2R_Qred (kappa + rho * x)%Q).
    set (p := Qred (kappa + rho * x)) in *. clearbody p.
    destruct (Qeq_bool (1 + p) 0) eqn:Z; [discriminate|]. apply value_of_some in H as <-.
    apply Qeq_bool_neq in Z. rewrite Q2R_Qred, Q2R_div, Q2R_plus by exact Z.
    do 2 f_equal. unfold Q2R. simpl. field.
Qed.

Lemma Q2R_two : Q2R 2 = 2.
Proof. exact (Q2R_inject_Z 2). Qed.

Lemma Q2R_one : Q2R 1 = 1.
Proof. exact (Q2R_inject_Z 1). Qed.

Lemma Q2R_moments : forall (T2 S2 c d w : Q) (t : nat),
  ~ (c == 0)%Q -> ~ (d == 0)%Q ->
  covariance_moments (Q2R T2) (Q2R S2) (Q2R c) (Q2R d) (Q2R w) t =
  (Q2R (fst (moments T2 S2 c d w t)), Q2R (snd (moments T2 S2 c d w t))).
Proof.
  intros T2 S2 c d w t Hc Hd. induction t as [|t IH]; cbn [covariance_moments moments].
  - cbn [fst snd]. rewrite !Q2R_Qred, !Q2R_div, Q2R_plus, Q2R_mult, Q2R_two by assumption. reflexivity.
  - rewrite IH. clear IH. destruct (moments T2 S2 c d w t) as [V U]. cbv zeta. cbn [fst snd].
    rewrite !Q2R_Qred.
    repeat (rewrite Q2R_plus || rewrite Q2R_mult || rewrite Q2R_minus || rewrite Q2R_Qred
            || rewrite Q2R_div by assumption).
    rewrite Q2R_one, Q2R_two. f_equal; ring.
Qed.

Lemma covariance_is_sound : forall (T2 S2 c d w : expression) (t : nat) (part : Q * Q -> Q) (q : Q),
  (forall (e : expression), e = T2 \/ e = S2 \/ e = c \/ e = d \/ e = w ->
     forall q, fraction e = Some q -> meaning e = Q2R q) ->
  covariance part (fraction T2) (fraction S2) (fraction c) (fraction d) (fraction w) t = Some q ->
  exists pair, q = part pair /\
  covariance_moments (meaning T2) (meaning S2) (meaning c) (meaning d) (meaning w) t =
  (Q2R (fst pair), Q2R (snd pair)).
Proof.
  intros T2 S2 c d w t part q Sound. unfold covariance.
  destruct (fraction T2) as [a1|] eqn:E1; [|discriminate]. destruct (fraction S2) as [a2|] eqn:E2; [|discriminate].
  destruct (fraction c) as [a3|] eqn:E3; [|discriminate]. destruct (fraction d) as [a4|] eqn:E4; [|discriminate].
  destruct (fraction w) as [a5|] eqn:E5; [|discriminate].
  destruct (Qeq_bool a3 0) eqn:Z3; [discriminate|]. destruct (Qeq_bool a4 0) eqn:Z4; [discriminate|].
  cbn [orb]. intro H. apply value_of_some in H as <-.
  exists (moments a1 a2 a3 a4 a5 t). split; [reflexivity|].
  rewrite (Sound T2 (or_introl eq_refl) a1 E1).
  rewrite (Sound S2 (or_intror (or_introl eq_refl)) a2 E2).
  rewrite (Sound c (or_intror (or_intror (or_introl eq_refl))) a3 E3).
  rewrite (Sound d (or_intror (or_intror (or_intror (or_introl eq_refl)))) a4 E4).
  rewrite (Sound w (or_intror (or_intror (or_intror (or_intror eq_refl)))) a5 E5).
  apply Q2R_moments; now apply Qeq_bool_neq.
Qed.

Lemma fraction_is_sound : forall (e : expression) (q : Q), fraction e = Some q -> meaning e = Q2R q.
Proof.
  induction e as [z|r|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa|a IHa b IHb|a IHa|a IHa n|a IHa b IHb t
    |T2 H1 S2 H2 c H3 d H4 w H5 t|T2 H1 S2 H2 c H3 d H4 w H5 t];
    cbn [fraction meaning]; intros q H;
    try (destruct (fraction a) as [x|]; [|discriminate]; rewrite (IHa x eq_refl));
    try (destruct (fraction b) as [y|]; [|discriminate]; rewrite (IHb y eq_refl)).
  - apply value_of_some in H as <-. now rewrite Q2R_inject_Z.
  - now apply value_of_some in H as <-.
  - apply value_of_some in H as <-. now rewrite Q2R_Qred, Q2R_plus.
  - apply value_of_some in H as <-. now rewrite Q2R_Qred, Q2R_minus.
  - apply value_of_some in H as <-. now rewrite Q2R_Qred, Q2R_mult.
  - apply value_of_some in H as <-. now rewrite Q2R_opp.
  - destruct (Qeq_bool y 0) eqn:Z; [discriminate|]. apply value_of_some in H as <-.
    apply Qeq_bool_neq in Z. now rewrite Q2R_Qred, Q2R_div.
  - destruct (Qeq_bool x 0) eqn:Z; [discriminate|]. apply value_of_some in H as <-.
    apply Qeq_bool_neq in Z. now rewrite Q2R_inv.
  - apply value_of_some in H as <-. now rewrite Q2R_power.
  - now apply Q2R_dynamic.
  - destruct (covariance_is_sound T2 S2 c d w t fst q) as [pair [-> E]]; [|exact H|].
    + now intros e [->|[->|[->|[->| ->]]]].
    + unfold covariance_risk. now rewrite E.
  - destruct (covariance_is_sound T2 S2 c d w t snd q) as [pair [-> E]]; [|exact H|].
    + now intros e [->|[->|[->|[->| ->]]]].
    + unfold trace_variance. now rewrite E.
Qed.

Definition compare_fractions (test : comparison -> bool) (a b : expression) : bool :=
  match fraction a, fraction b with Some x, Some y => test (x ?= y)%Q | _, _ => false end.

Lemma equality_by_fractions : forall a b : expression,
  compare_fractions (fun c => match c with Eq => true | _ => false end) a b = true -> meaning a = meaning b.
Proof.
  intros a b. unfold compare_fractions.
  destruct (fraction a) as [x|] eqn:A; [|discriminate]. destruct (fraction b) as [y|] eqn:B; [|discriminate].
  rewrite (fraction_is_sound a x A), (fraction_is_sound b y B).
  destruct (x ?= y)%Q eqn:C; try discriminate. intros _. apply Qeq_eqR. now apply Qeq_alt.
Qed.

Lemma order_by_fractions : forall a b : expression,
  compare_fractions (fun c => match c with Lt => true | _ => false end) a b = true -> meaning a < meaning b.
Proof.
  intros a b. unfold compare_fractions.
  destruct (fraction a) as [x|] eqn:A; [|discriminate]. destruct (fraction b) as [y|] eqn:B; [|discriminate].
  rewrite (fraction_is_sound a x A), (fraction_is_sound b y B).
  destruct (x ?= y)%Q eqn:C; try discriminate. intros _. apply Qlt_Rlt. now apply Qlt_alt.
Qed.

Lemma weak_order_by_fractions : forall a b : expression,
  compare_fractions (fun c => match c with Gt => false | _ => true end) a b = true -> meaning a <= meaning b.
Proof.
  intros a b. unfold compare_fractions.
  destruct (fraction a) as [x|] eqn:A; [|discriminate]. destruct (fraction b) as [y|] eqn:B; [|discriminate].
  rewrite (fraction_is_sound a x A), (fraction_is_sound b y B).
  intro H. apply Qle_Rle. apply Qle_alt. intro C. rewrite C in H. discriminate.
Qed.

Lemma inequality_by_fractions : forall a b : expression,
  compare_fractions (fun c => match c with Eq => false | _ => true end) a b = true -> meaning a <> meaning b.
Proof.
  intros a b. unfold compare_fractions.
  destruct (fraction a) as [x|] eqn:A; [|discriminate]. destruct (fraction b) as [y|] eqn:B; [|discriminate].
  rewrite (fraction_is_sound a x A), (fraction_is_sound b y B).
  intros H E. apply eqR_Qeq, Qeq_alt in E. rewrite E in H. discriminate.
Qed.

(** Reads a closed rational expression. *)
Ltac read e :=
  lazymatch e with
  | IZR ?z => constr:(Integer z)
  | Q2R ?q => constr:(Decimal q)
  | ?a + ?b => let x := read a in let y := read b in constr:(Sum x y)
  | ?a - ?b => let x := read a in let y := read b in constr:(Difference x y)
  | ?a * ?b => let x := read a in let y := read b in constr:(Product x y)
  | - ?a => let x := read a in constr:(Opposite x)
  | ?a / ?b => let x := read a in let y := read b in constr:(Quotient x y)
  | / ?a => let x := read a in constr:(Inverse x)
  | ?a ^ ?n => let x := read a in constr:(Power x n)
  | dynamic_weight ?a ?b ?t => let x := read a in let y := read b in constr:(Dynamic x y t)
  | covariance_risk ?T2 ?S2 ?c ?d ?w ?t =>
      let T2 := read T2 in let S2 := read S2 in let c := read c in let d := read d in let w := read w in
      constr:(Risk T2 S2 c d w t)
  | trace_variance ?T2 ?S2 ?c ?d ?w ?t =>
      let T2 := read T2 in let S2 := read S2 in let c := read c in let d := read d in let w := read w in
      constr:(Trace T2 S2 c d w t)
  end.

Ltac by_fractions rule a b :=
  let x := read a in let y := read b in
  apply (rule x y); vm_compute; reflexivity.

(** ** The functions *)

(** Unfolds whatever is a rational expression of its arguments. *)
Ltac unfold_rational :=
  unfold
    collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk,
    limit_risk, relative_risk, naive_weight, break_even_weight, fixed_rows_limit,
    covariance_limit, trace_variance_limit, characteristic_polynomial, M11, M12, M21, M22;
  unfold risk;
  cbn [risk_from fixed_rows_moments fst snd].

Ltac compute_fibonacci :=
  repeat match goal with
  | |- context [fibonacci ?n] => let z := eval vm_compute in (fibonacci n) in replace (fibonacci n) with z by (vm_compute; reflexivity)
  end.

Lemma covariance_moments_are_a_pair : forall T2 S2 c d w V U t,
  covariance_risk T2 S2 c d w t = V -> trace_variance T2 S2 c d w t = U ->
  covariance_moments T2 S2 c d w t = (V, U).
Proof.
  intros T2 S2 c d w V U t <- <-. unfold covariance_risk, trace_variance.
  now destruct (covariance_moments T2 S2 c d w t).
Qed.

Ltac evaluate_rational :=
  unfold_rational; compute_fibonacci;
  lazymatch goal with
  | |- covariance_moments _ _ _ _ _ _ = (_, _) =>
      apply covariance_moments_are_a_pair; evaluate_rational
  | |- (_, _) = (_, _) => apply f_equal2; evaluate_rational
  | |- _ /\ _ => split; evaluate_rational
  | |- ?a = ?b => by_fractions equality_by_fractions a b
  | |- ?a <> ?b => by_fractions inequality_by_fractions a b
  | |- ?a < ?b => by_fractions order_by_fractions a b
  | |- ?a > ?b => by_fractions order_by_fractions b a
  | |- ?a <= ?b => by_fractions weak_order_by_fractions a b
  | |- ?a >= ?b => apply Rle_ge; by_fractions weak_order_by_fractions b a
  end.

(** The functions with a square root: their values satisfy an equation, and the sign of its left side bounds them. *)

Lemma golden_weight_by_equation : forall k w : R,
  0 < k -> 0 < w < 1 -> w ^ 2 + k * w - k = 0 -> golden_weight k = w.
Proof. intros. symmetry. now apply golden_weight_is_the_only_root. Qed.

Lemma optimal_synthetic_weight_by_equation : forall rho kappa u : R,
  0 <= rho -> 0 < kappa -> u <= 1 -> rho * u ^ 2 - (1 + rho + kappa) * u + 1 = 0 ->
  optimal_synthetic_weight rho kappa = u.
Proof. intros. symmetry. now apply optimal_synthetic_weight_is_the_only_root_below_one. Qed.

Lemma optimal_weight_by_equation : forall rho kappa w : R,
  0 <= rho -> 0 < kappa -> 0 <= w -> rho * (1 - w) ^ 2 - (1 + rho + kappa) * (1 - w) + 1 = 0 ->
  optimal_weight rho kappa = w.
Proof.
  intros rho kappa w Hr Hk Hw E. unfold optimal_weight.
  rewrite (optimal_synthetic_weight_by_equation rho kappa (1 - w)) by (assumption || lra). ring.
Qed.

Lemma optimal_weight_is_above : forall rho kappa a : R,
  0 <= rho -> 0 < kappa -> a <= 1 -> rho * (1 - a) ^ 2 < 1 ->
  rho * (1 - a) ^ 2 - (1 + rho + kappa) * (1 - a) + 1 < 0 -> a < optimal_weight rho kappa.
Proof.
  intros rho kappa a Hr Hk Ha Hc H.
  now apply (limit_risk_derivative_has_the_sign_of_the_distance rho kappa a).
Qed.

Lemma optimal_weight_is_below : forall rho kappa b : R,
  0 <= rho -> 0 < kappa -> b <= 1 -> rho * (1 - b) ^ 2 < 1 ->
  0 < rho * (1 - b) ^ 2 - (1 + rho + kappa) * (1 - b) + 1 -> optimal_weight rho kappa < b.
Proof.
  intros rho kappa b Hr Hk Hb Hc H.
  now apply (limit_risk_derivative_has_the_sign_of_the_distance rho kappa b).
Qed.

Lemma optimal_synthetic_weight_is_above : forall rho kappa a : R,
  0 <= rho -> 0 < kappa -> 0 <= a -> rho * a ^ 2 < 1 ->
  0 < rho * a ^ 2 - (1 + rho + kappa) * a + 1 -> a < optimal_synthetic_weight rho kappa.
Proof.
  intros rho kappa a Hr Hk Ha Hc H.
  pose proof (optimal_weight_is_below rho kappa (1 - a) Hr Hk) as B.
  replace (1 - (1 - a)) with a in B by ring. unfold optimal_weight in B. lra.
Qed.

Lemma optimal_synthetic_weight_is_below : forall rho kappa b : R,
  0 <= rho -> 0 < kappa -> 0 <= b -> rho * b ^ 2 < 1 ->
  rho * b ^ 2 - (1 + rho + kappa) * b + 1 < 0 -> optimal_synthetic_weight rho kappa < b.
Proof.
  intros rho kappa b Hr Hk Hb Hc H.
  pose proof (optimal_weight_is_above rho kappa (1 - b) Hr Hk) as B.
  replace (1 - (1 - b)) with b in B by ring. unfold optimal_weight in B. lra.
Qed.

Lemma covariance_threshold_is_above : forall m a : R,
  1 < m -> a <= 1 -> m - 1 < (1 - a) ^ 2 * (m + 1) -> a < covariance_threshold m.
Proof.
  intros m a Hm Ha H. unfold covariance_threshold. destruct (threshold_root m Hm) as [I E].
  set (s := sqrt _) in *. clearbody s.
  assert (E2 : s ^ 2 * (m + 1) = m - 1).
  { transitivity (s ^ 2 * (1 + 2 / (m - 1)) * (m - 1)); [field; lra|rewrite E; ring]. }
  assert (s ^ 2 < (1 - a) ^ 2) by (apply (Rmult_lt_reg_r (m + 1)); lra). nra.
Qed.

Lemma covariance_threshold_is_below : forall m b : R,
  1 < m -> b <= 1 -> (1 - b) ^ 2 * (m + 1) < m - 1 -> covariance_threshold m < b.
Proof.
  intros m b Hm Hb H. unfold covariance_threshold. destruct (threshold_root m Hm) as [I E].
  set (s := sqrt _) in *. clearbody s.
  assert (E2 : s ^ 2 * (m + 1) = m - 1).
  { transitivity (s ^ 2 * (1 + 2 / (m - 1)) * (m - 1)); [field; lra|rewrite E; ring]. }
  assert ((1 - b) ^ 2 < s ^ 2) by (apply (Rmult_lt_reg_r (m + 1)); lra). nra.
Qed.

Lemma effective_sample_size_by_equation : forall n m x : R,
  0 < n -> 0 < m -> n < x -> x ^ 2 - n * x - n * m = 0 -> effective_sample_size n m = x.
Proof.
  intros n m x Hn Hm Hx E. unfold effective_sample_size.
  assert (P : 0 < n / x < 1).
  { split; [apply Rdiv_lt_0_compat; lra|]. apply (Rmult_lt_reg_r x); [lra|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  rewrite (golden_weight_by_equation (n / m) (n / x)); [field; lra| |exact P|].
  - now apply Rdiv_lt_0_compat.
  - replace ((n / x) ^ 2 + n / m * (n / x) - n / m) with (- n / (x ^ 2 * m) * (x ^ 2 - n * x - n * m))
      by (field; lra).
    rewrite E. ring.
Qed.

Ltac evaluate_golden_weight :=
  lazymatch goal with
  | |- golden_weight _ = _ => apply golden_weight_by_equation; evaluate_rational
  | |- _ < golden_weight _ => apply golden_weight_is_above; evaluate_rational
  | |- golden_weight _ < _ => apply golden_weight_is_below; evaluate_rational
  end.

Ltac evaluate_optimal_weight :=
  lazymatch goal with
  | |- optimal_weight _ _ = _ => apply optimal_weight_by_equation; evaluate_rational
  | |- _ < optimal_weight _ _ => apply optimal_weight_is_above; evaluate_rational
  | |- optimal_weight _ _ < _ => apply optimal_weight_is_below; evaluate_rational
  | |- optimal_synthetic_weight _ _ = _ => apply optimal_synthetic_weight_by_equation; evaluate_rational
  | |- _ < optimal_synthetic_weight _ _ => apply optimal_synthetic_weight_is_above; evaluate_rational
  | |- optimal_synthetic_weight _ _ < _ => apply optimal_synthetic_weight_is_below; evaluate_rational
  end.

Ltac evaluate_covariance_threshold :=
  lazymatch goal with
  | |- covariance_threshold _ = _ => apply covariance_threshold_of_root; evaluate_rational
  | |- _ < covariance_threshold _ => apply covariance_threshold_is_above; evaluate_rational
  | |- covariance_threshold _ < _ => apply covariance_threshold_is_below; evaluate_rational
  end.

Ltac evaluate_effective_sample_size :=
  apply effective_sample_size_by_equation; evaluate_rational.

Ltac evaluate :=
  lazymatch goal with
  | |- _ /\ _ => split; evaluate
  | |- context [golden_weight _] => evaluate_golden_weight
  | |- context [optimal_weight _ _] => evaluate_optimal_weight
  | |- context [optimal_synthetic_weight _ _] => evaluate_optimal_weight
  | |- context [covariance_threshold _] => evaluate_covariance_threshold
  | |- context [effective_sample_size _ _] => evaluate_effective_sample_size
  | |- _ => evaluate_rational
  end.

(** ** Examples *)

(** The law. *)
Example evaluate_risk : risk 1 2 (3 / 2) (1 / 2) 2 = 75 / 64.
Proof. evaluate. Qed.
Example evaluate_limit_risk : limit_risk 1 2 (3 / 2) (1 / 2) = 6 / 5.
Proof. evaluate. Qed.
Example evaluate_false_law : True.
Proof.
  Fail assert (risk 1 2 (3 / 2) (1 / 2) 2 = 76 / 64) by evaluate.
  Fail assert (limit_risk 1 2 (3 / 2) (1 / 2) = 5 / 4) by evaluate.
  (* A division by zero has no value. *)
  Fail assert (limit_risk 1 2 4 (1 / 2) = limit_risk 1 2 4 (1 / 2)) by evaluate.
  exact I.
Qed.

(** Optimal weights. *)
Example evaluate_golden_weight_value : golden_weight (4 / 3) = 2 / 3.
Proof. evaluate. Qed.
Example evaluate_golden_weight_bounds : 0.6180339887498948 < golden_weight 1 < 0.6180339887498949.
Proof. evaluate. Qed.
Example evaluate_optimal_weight_value : optimal_weight (3 / 2) 1 = 2 / 3.
Proof. evaluate. Qed.
Example evaluate_optimal_weight_bounds : 0.62 < optimal_weight (11 / 10) 1 < 0.63.
Proof. evaluate. Qed.
Example evaluate_optimal_synthetic_weight_value : optimal_synthetic_weight (3 / 2) 1 = 1 / 3.
Proof. evaluate. Qed.
Example evaluate_optimal_synthetic_weight_bounds : 0.37 < optimal_synthetic_weight (11 / 10) 1 < 0.38.
Proof. evaluate. Qed.
Example evaluate_false_weights : True.
Proof.
  Fail assert (golden_weight (4 / 3) = 3 / 4) by evaluate.
  Fail assert (golden_weight (3 / 4) = 2 / 3) by evaluate.
  Fail assert (0.6180339887498949 < golden_weight 1) by evaluate.
  Fail assert (golden_weight 1 < 0.6180339887498948) by evaluate.
  Fail assert (optimal_weight (3 / 2) 1 = 1 / 3) by evaluate.
  Fail assert (optimal_synthetic_weight (3 / 2) 1 = 2) by evaluate.
  Fail assert (optimal_synthetic_weight 2 (1 / 2) = 1 / 3) by evaluate.
  Fail assert (0.63 < optimal_weight (11 / 10) 1) by evaluate.
  exact I.
Qed.

(** Without real rows. *)
Example evaluate_collapse :
  collapsing_mean_risk 2 5 4 6 = 17 / 5 /\ collapsing_frequency_risk 1 5 4 2 = 11 / 20
  /\ collapsing_variance_risk 1 11 6 2 = 169 / 125 /\ IZR (fibonacci 12) = 144.
Proof. evaluate. Qed.

(** What follows for the mixing ratio. *)
Example evaluate_mixing_ratio :
  naive_weight (3 / 7) = 3 / 10 /\ relative_risk (3 / 7) (1 / 2) = 10 / 21
  /\ break_even_weight (3 / 7) = 3 / 17 /\ fixed_rows_limit (3 / 7) (1 / 2) = 8 / 7
  /\ effective_sample_size 4 3 = 6 /\ fixed_rows_moments 1 (1 / 2) 2 = (21 / 16, 1).
Proof. evaluate. Qed.
Example evaluate_false_mixing_ratio : True.
Proof.
  Fail assert (naive_weight (3 / 7) = 7 / 10) by evaluate.
  Fail assert (effective_sample_size 4 3 = 5) by evaluate.
  Fail assert (fixed_rows_moments 1 (1 / 2) 2 = (21 / 16, 2)) by evaluate.
  exact I.
Qed.

(** Dynamic weights. *)
Example evaluate_dynamic_weight :
  dynamic_weight 1 1 5 = 89 / 144 /\ dynamic_weight 1 1 12 = 75025 / 121393
  /\ dynamic_weight 1 1 12 = IZR (fibonacci 25) / IZR (fibonacci 26).
Proof. evaluate. Qed.
Example evaluate_false_dynamic_weight : True.
Proof. Fail assert (dynamic_weight 1 1 5 = 88 / 144) by evaluate. exact I. Qed.

(** The covariance. *)
Example evaluate_covariance :
  covariance_moments 2 4 9 4 (1 / 2) 4 = (3875 / 4608, 2851 / 4608)
  /\ covariance_risk 2 4 9 4 (1 / 2) 1 = 7 / 9 /\ trace_variance 2 4 9 4 (1 / 2) 1 = 5 / 9
  /\ covariance_limit 2 4 9 4 (1 / 2) = 38 / 45 /\ trace_variance_limit 2 4 9 4 (1 / 2) = 28 / 45
  /\ characteristic_polynomial 4 (1 / 2) (3 / 8) = 0 /\ covariance_threshold (5 / 3) = 1 / 2.
Proof. evaluate. Qed.
Example evaluate_covariance_threshold_bounds : 0.183 < covariance_threshold 5 < 0.184.
Proof. evaluate. Qed.
Example evaluate_false_covariance : True.
Proof.
  Fail assert (covariance_moments 2 4 9 4 (1 / 2) 4 = (3875 / 4608, 2850 / 4608)) by evaluate.
  Fail assert (covariance_limit 2 4 9 4 (1 / 2) = 37 / 45) by evaluate.
  Fail assert (covariance_threshold (5 / 3) = 3 / 2) by evaluate.
  Fail assert (0.184 < covariance_threshold 5) by evaluate.
  exact I.
Qed.
