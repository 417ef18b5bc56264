//! Bad input: one line on stderr that names the option, the value and the condition; exit 2; nothing on stdout.

use std::process::Command;

use crate::{goldenweight, text};

/// What is wrong, and what its one line must say: option and value, and the condition.
const BAD_INPUT: &[(&str, &str, &str)] = &[
    ("figures", "--out", "is required"),
    (
        "figures 11 --out target/none",
        "figures 11",
        "must be one of 7 (7a to 7f), 8 (8a to 8f), 9 (9a to 9f), 10 (10a to 10d), theory (golden-weight",
    ),
    ("figures 8g --out target/none", "figures 8g", "must be one of 7 (7a to 7f), 8 (8a to 8f)"),
    ("figures 8 --out target/none --replicates 1", "--replicates 1", "must be from 2 to 100000"),
    ("figures 8 --out target/none --replicates 100001", "--replicates 100001", "must be from 2 to 100000"),
    ("figures 8 --out Cargo.toml", "--out Cargo.toml", "must be a directory to write to"),
    ("figures 8 --out Cargo.toml/figures", "--out Cargo.toml/figures", "must be a directory to write to"),
    ("figures 8 --out=", "--out ''", "needs a value"),
    ("weight --real 0 --synthetic 100", "--real 0", "must be from 2 to 1000000000000"),
    ("weight --real 100 --synthetic 0", "--synthetic 0", "must be from 2"),
    ("weight --real 1 --synthetic 9 --model gaussian-covariance", "--real 1", "must be from 2"),
    ("weight --real 9 --synthetic 1 --model gaussian-mean", "--synthetic 1", "must be from 2"),
    ("weight --real 0 --synthetic 9 --model cdf", "--real 0", "must be from 1"),
    ("weight --real -5 --synthetic 9", "--real -5", "must be a whole number"),
    ("weight --real 1e30 --synthetic 9", "--real 1e30", "must be a whole number"),
    ("weight --real 2.5 --synthetic 9", "--real 2.5", "must be a whole number"),
    ("weight --real +5 --synthetic 9", "--real +5", "must be a whole number"),
    ("weight --real 99999999999999999999 --synthetic 9", "--real 99999999999999999999", "below 2^64"),
    ("weight --real 9 --synthetic 1000000000001", "--synthetic 1000000000001", "must be from 2 to 1000000000000"),
    ("weight --real= --synthetic 9", "--real ''", "must be a whole number"),
    ("weight --real 9 --synthetic", "--synthetic ''", "needs a value"),
    ("weight --real 9", "--synthetic", "is required"),
    ("weight", "--real", "is required"),
    ("weight --real 9 --synthetic 9 --model golden", "--model golden", "must be one of gaussian-mean"),
    ("weight --real 9 --synthetic 9 --model=", "--model ''", "must be one of gaussian-mean"),
    ("weight --real 9 --real 8 --synthetic 9", "--real", "must be given once only"),
    ("weight --real 9 --synthetic 9 --colour", "--colour", "is unknown"),
    (
        "weight --real 9 --synthetic 9 --model kde --bandwidth 0",
        "--bandwidth 0",
        "must be from 1e-6 to 1e6, or optimal",
    ),
    (
        "weight --real 9 --synthetic 9 --model kde --bandwidth nan",
        "--bandwidth nan",
        "must be a finite number, or optimal",
    ),
    ("weight --real 9 --synthetic 9 --model cdf --bandwidth 1", "--bandwidth 1", "must be left out for cdf"),
    ("weight --real 9 --synthetic 9 --model kde --dim 2", "--dim 2", "must be 1 for kde"),
    ("simulate --real 90000 --synthetic 9 --model kde --weight .5", "--real 90000", "must be at most 20000"),
    ("atlas --ratio 0", "--ratio 0", "must be from 0.01 to 100"),
    ("atlas --ratio 101", "--ratio 101", "must be from 0.01 to 100"),
    ("atlas --ratio -1", "--ratio -1", "must be from 0.01 to 100"),
    ("atlas --ratio nan", "--ratio nan", "must be a finite number"),
    ("atlas --ratio=", "--ratio ''", "must be a finite number"),
    ("atlas golden", "golden", "is unknown"),
    ("survival --real 9 --synthetic 9", "--probabilities", "is required"),
    ("survival --probabilities .5 --real 9 --synthetic 9", "--probabilities .5", "must be at least two numbers"),
    ("survival --probabilities .5,.6 --real 9 --synthetic 9", "--probabilities .5,.6", "must have the sum 1"),
    ("survival --probabilities .5,.5 --real 0 --synthetic 9", "--real 0", "must be from 1"),
    (
        "survival --probabilities .5,.5 --real 9 --synthetic 6000 --generations 3",
        "--generations 3",
        "must be left out where n is above 10000000 or m above 5000",
    ),
    (
        "survival --probabilities .5,.5 --real 9 --synthetic 3000 --generations 900000",
        "--generations 900000",
        "must be from 0 to",
    ),
    ("survival --probabilities .5,.5 --real 9 --synthetic 9 --weight .1", "--weight .1", "needs --generations"),
    ("survival --probabilities .5,.5 --real 9 --synthetic 9 --weight 2", "--weight 2", "must be from 0 to 1"),
    (
        "survival --probabilities .5,.5 --real 9 --synthetic 9 --replicates 9",
        "--replicates 9",
        "must be left out: without a --weight",
    ),
    ("weight --real 9 --synthetic 9 --json=yes", "--json yes", "takes no value"),
    ("weight --real 9 --synthetic 9 nine", "nine", "is unknown"),
    ("weight --real 9 --synthetic 9 --dim 0", "--dim 0", "must be from 1 to 1000"),
    ("weight --real 9 --synthetic 9 --dim 1000000000", "--dim 1000000000", "must be from 1 to 1000"),
    ("weight --real 9 --synthetic 9 --dim 2 --model cdf", "--dim 2", "must be 1 for cdf"),
    ("weight --real 9 --synthetic 9 --dim 9 --model linear", "--real 9", "must be above --dim 9"),
    ("weight --real 10 --synthetic 9 --dim 9 --model linear", "--real 10", "must be at least 11 where --dim is 9"),
    ("weight --real 9 --synthetic 9 --generations 0", "--generations 0", "must be from 1"),
    ("weight --real 9 --synthetic 9 --generations 1000001", "--generations 1000001", "must be from 1 to 1000000"),
    ("weight --real 9 --synthetic 9 --threads 0", "--threads 0", "must be from 1 to 1024"),
    ("weight --real 9 --synthetic 9 --threads 1000000", "--threads 1000000", "must be from 1 to 1024"),
    ("weight --real 9 --synthetic 9 --seed -1", "--seed -1", "must be a whole number"),
    ("weight --real 9 --synthetic 9 --beta 1,2", "--beta 1,2", "must be left out for gaussian-mean"),
    ("weight --real 9 --synthetic 9 --sigma 1,2;2,1", "--sigma 1,2;2,1", "must be positive definite"),
    (
        "weight --real 9 --synthetic 9 --sigma 1,.5;.4,1",
        "--sigma 1,.5;.4,1",
        "must be symmetric: row 1, column 2 has 0.5, row 2, column 1 has 0.4",
    ),
    ("weight --real 9 --synthetic 9 --sigma 1,2", "--sigma 1,2", "must have as many rows as columns"),
    ("weight --real 9 --synthetic 9 --sigma 1,2;3", "--sigma 1,2;3", "row 2 has 1 entry"),
    ("weight --real 9 --synthetic 9 --sigma 1,x;x,1", "--sigma 1,x;x,1", "row 1, entry 'x': must be a finite number"),
    ("weight --real 9 --synthetic 9 --sigma @none.csv", "--sigma @none.csv", "must be a file of text"),
    ("weight --real 9 --synthetic 9 --sigma=", "--sigma ''", "must"),
    ("weight --real 9 --synthetic 9 --sigma 1,0;0,1 --dim 3", "--dim 3", "must be 2 for gaussian-mean"),
    ("weight --real 9 --synthetic 9 --sigma 1e300", "--sigma 1", "must have variances from 1e-100 to 1e100"),
    ("weight --real 9 --synthetic 9 --sigma 1e-300", "--sigma 1e-300: ", "must have variances from 1e-100 to 1e100"),
    ("weight --real 9 --synthetic 9 --model poisson --beta 1e3", "--beta 1e3: ", "at most 32"),
    ("weight --real 9 --synthetic 9 --model logistic --beta 1e150", "--beta 1e150: ", "at most 1e100"),
    (
        "weight --real 9 --synthetic 9 --model linear --noise-variance 1e-300",
        "--noise-variance 1e-300: ",
        "must be above 0",
    ),
    ("weight --real 9 --synthetic 9 --divisor n", "--divisor n", "must be one of unbiased, mle"),
    ("weight --real 9 --synthetic 9 --divisor mle --model cdf", "--divisor mle", "must be left out for cdf"),
    ("weight --real 9 --synthetic 9 --model logistic --beta 1,NaN", "--beta NaN", "must be a finite number"),
    ("weight --real 9 --synthetic 9 --model logistic --noise-variance 2", "--noise-variance 2", "must be left out"),
    ("weight --real 9 --synthetic 9 --model linear --noise-variance 0", "--noise-variance 0", "must be above 0"),
    (
        "weight --real 9 --synthetic 9 --model linear --beta 1,2,3 --design-covariance 1,0;0,1",
        "--beta 1,2,3",
        "for each of the 2 columns of --design-covariance",
    ),
    ("weight --real 9 --synthetic 9 --model linear --beta 1,2,3 --dim 2", "--dim 2", "must be 3 for linear"),
    ("weight --real 9 --synthetic 9 --model gaussian-variance --dim 2", "--dim 2", "must be 1 for gaussian-variance"),
    (
        "risk --model cdf --real 9 --synthetic 9 --weight .5 --schedule old",
        "--schedule old",
        "must be one of fresh, fixed",
    ),
    (
        "advise --data tests/references/tables/linear.csv --target y --family linear --synthetic 9 --schedule fixed",
        "--schedule fixed: ",
        "needs --simulate",
    ),
    ("risk --model cdf --real 9 --synthetic 9 --weight .5 --schedule accumulate", "--weight .5: ", "takes no weight"),
    ("risk --model cdf --real 9 --synthetic 9 --weight .5 --schedule subsample", "--weight .5: ", "takes no weight"),
    (
        "simulate --model categorical --real 9 --synthetic 9 --schedule subsample --simulator sufficient",
        "--simulator sufficient: ",
        "must be rows with --schedule subsample",
    ),
    ("risk --model cdf --real 9 --synthetic 9 --weight .5,1.5", "--weight 1.5", "must be from 0 to 1"),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight .5 --replicates 5..5",
        "--replicates 5..5",
        "with A below B",
    ),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight .5 --replicates 7..8",
        "--replicates 7..8: ",
        "must be of at least 2",
    ),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight .5 --replicates 0..2000000000",
        "--replicates 0..2000000000: ",
        "at most 1000000000 replicates",
    ),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight .5 --replicates 18446744073709551613..18446744073709551615",
        "--replicates 18446744073709551613..18446744073709551615: ",
        "B at most 9007199254740992",
    ),
    ("simulate --model cdf --real 9 --synthetic 9 --weight .5 --replicates ..", "--replicates ..: ", "must be A..B"),
    ("simulate --model cdf --real 9 --synthetic 9 --weight .5 --replicates 1..", "--replicates 1..: ", "must be A..B"),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight .5 --replicates a..b",
        "--replicates a..b: ",
        "must be A..B",
    ),
    ("simulate --model cdf --real 9 --synthetic 9 --weight .5 --each -", "--each -: ", "is not a file; name one"),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight .5 --each src",
        "--each src: ",
        "must be a file to write to",
    ),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight .5 --each none/x.csv",
        "--each none/x.csv",
        "in a directory that exists",
    ),
    ("optimize --model cdf --real 9 --synthetic 9 --replicates 5..500", "--replicates 5..500", "must be a number here"),
    ("optimize --model cdf --real 9 --synthetic 9 --replicates 0..48", "--replicates 0..48", "must be a number here"),
    (
        "weight --model gaussian-variance --real 9 --synthetic 9 --sigma 1,0;0,1",
        "--sigma 1,0;0,1: ",
        "must be one variance for gaussian-variance",
    ),
    (
        "weight --model gaussian-variance --divisor mle --real 1 --synthetic 1",
        "--real 1: ",
        "must be at least 2 for an optimal weight",
    ),
    (
        "weight --real 9 --synthetic 9 --probabilities 0.5,0.5",
        "--probabilities 0.5,0.5",
        "must be left out for gaussian-mean",
    ),
    (
        "weight --real 9 --synthetic 9 --model categorical --probabilities 1",
        "--probabilities 1",
        "must be at least two numbers",
    ),
    (
        "weight --real 9 --synthetic 9 --model categorical --probabilities 0.5,0.6",
        "--probabilities 0.5,0.6",
        "must have the sum 1",
    ),
    (
        "weight --real 9 --synthetic 9 --model categorical --probabilities -0.5,1.5",
        "--probabilities -0.5,1.5",
        "must each be above 0",
    ),
    (
        "weight --real 9 --synthetic 9 --model categorical --probabilities 0,1",
        "--probabilities 0,1",
        "must each be above 0",
    ),
    (
        "weight --real 9 --synthetic 9 --model categorical --probabilities 0.5,NaN",
        "--probabilities NaN",
        "must be a finite number",
    ),
    (
        "weight --real 9 --synthetic 9 --model categorical --probabilities 0.5,",
        "--probabilities ''",
        "must be a finite number",
    ),
    ("weight --real 9 --synthetic 9 --model categorical --dim 3", "--dim 3", "must be 4 for categorical"),
    ("risk --real 9 --synthetic 9 --weight 0.5", "--model", "is required"),
    ("risk --model linear --real 9 --synthetic 9", "--weight", "is required"),
    ("risk --model linear --real 9 --synthetic 9 --weight 1.5", "--weight 1.5", "must be from 0 to 1"),
    ("risk --model linear --real 9 --synthetic 9 --weight -0.1", "--weight -0.1", "must be from 0 to 1"),
    ("risk --model linear --real 9 --synthetic 9 --weight NaN", "--weight NaN", "must be a finite number"),
    ("risk --model linear --real 9 --synthetic 9 --weight inf", "--weight inf", "must be a finite number"),
    ("risk --model linear --real 9 --synthetic 9 --weight -inf", "--weight -inf", "must be a finite number"),
    ("risk --model linear --real 9 --synthetic 9 --weight 1e-400", "--weight 1e-400", "must be 0 or at least 5e-324"),
    ("risk --model linear --real 9 --synthetic 9 --weight half", "--weight half", "must be a finite number"),
    (
        "risk --model linear --real 9 --synthetic 3 --weight 0",
        "--synthetic 3",
        "must be at least 4 where --weight is 0",
    ),
    (
        "risk --model logistic --real 9 --synthetic 2 --weight 0",
        "--synthetic 2",
        "must be at least 3 where --weight is 0",
    ),
    ("risk --model cdf --real 9 --synthetic 9 --weight 0.5 --burn-in 3", "--burn-in 3", "needs --generations"),
    (
        "risk --model cdf --real 9 --synthetic 9 --weight 0.5 --generations 3 --burn-in 3",
        "--burn-in 3",
        "must be below --generations 3",
    ),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight 0.5 --burn-in 200",
        "--burn-in 200",
        "must be below --generations 200",
    ),
    ("simulate --model cdf --real 9 --synthetic 9 --weight 0.5 --replicates 1", "--replicates 1", "must be from 2"),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight 0.5 --replicates 10000000000",
        "--replicates 10000000000",
        "must be from 2 to 1000000000",
    ),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight 0.5 --simulator fast",
        "--simulator fast",
        "must be one of rows, sufficient",
    ),
    (
        "simulate --model cdf --real 9 --synthetic 9 --weight 0.5 --simulator sufficient",
        "--simulator sufficient",
        "must be rows for cdf",
    ),
    (
        "simulate --model logistic --real 1000000000000 --synthetic 9 --weight 0.5",
        "--real 1000000000000",
        "must be at most 5000000",
    ),
    (
        "simulate --model gaussian-mean --real 9 --synthetic 1000000000000 --weight 0.5 --simulator rows",
        "--synthetic 1000000000000",
        "must be at most 5000000",
    ),
    ("optimize --model gaussian-mean --real 9 --synthetic 9 --replicates 47", "--replicates 47", "must be from 48"),
    ("optimize --model gaussian-mean --real 9 --synthetic 9 --generations 0", "--generations 0", "must be from 1"),
    ("optimize --model gaussian-mean --real 9 --synthetic 9 --weight 0.5", "--weight", "is unknown"),
    ("verify --report Cargo.toml", "--report Cargo.toml", "must be a directory to write to: "),
    ("verify --report Cargo.toml/report", "--report Cargo.toml/report", "must be a directory to write to: "),
    ("verify --tier slow", "--tier slow", "must be one of quick, full"),
    ("verify --shard 1/3", "--store <DIR>", "is required"),
    ("verify --store target/none --shard 0/3", "--shard 0/3", "must be I/N, whole numbers with 1 <= I <= N"),
    ("calibrate --store target/none --shard 4/3", "--shard 4/3", "must be I/N, whole numbers with 1 <= I <= N"),
    ("adult --store target/none --shard 1/0", "--shard 1/0", "must be I/N, whole numbers with 1 <= I <= N"),
    ("adult --store target/none --shard -1/2", "--shard -1/2", "must be I/N, whole numbers with 1 <= I <= N"),
    ("adult --store target/none --shard 3", "--shard 3", "must be I/N, whole numbers with 1 <= I <= N"),
    ("adult --store Cargo.toml", "--store Cargo.toml", "must be a directory to write to: "),
    ("store target/no-such-store", "store target/no-such-store", "must be a directory of a store: "),
    ("verify --only no-such-claim", "--only no-such-claim", "matches no claim"),
    ("verify --only golden-wieght", "--only golden-wieght", "did you mean golden-weight?"),
    ("verify --only Figure8*", "--only Figure8*", "did you mean figure-8"),
    ("calibrate --only guassian-mean-law", "--only guassian-mean-law", "did you mean gaussian-mean-law?"),
    ("verify --kinds guess", "--kinds guess", "must be one of proof"),
    ("verify --only cdf-law --kinds ladder", "--kinds ladder", "is the evidence of no claim"),
    ("verify --only [", "--only [", "must be a glob"),
    ("calibrate --seeds 0", "--seeds 0", "must be from 1 to 100000"),
    ("calibrate --seeds -1", "--seeds -1", "must be a whole number"),
    ("calibrate --budget 0", "--budget 0", "must be above 0 and at most 1"),
    ("calibrate --budget 1.5", "--budget 1.5", "must be above 0 and at most 1"),
    ("calibrate --budget NaN", "--budget NaN", "must be a finite number"),
    ("calibrate --only no-such-claim", "--only no-such-claim", "matches no claim"),
    ("calibrate --only law-limit", "--only law-limit", "matches no claim with a check by simulation"),
    ("calibrate --only [", "--only [", "must be a glob"),
    ("calibrate --kinds proof", "--kinds proof", "must be one of simulation, ladder, optimum, audit"),
    ("figure", "figure", "did you mean figures?"),
    ("simulate --model cdf --reel 9", "--reel", "did you mean --real?"),
    ("simulate --model cdf --replicats 9", "--replicats", "is unknown; did you mean --replicates?"),
    ("risk --model cdf --replicates 9", "--replicates", "is unknown; risk takes --model, --real, --synthetic, "),
    ("claims --seed 1", "--seed", "is unknown; claims takes --anchors, --json, --help"),
    ("weight 7", "argument 7", "is unknown; weight takes --model"),
    ("xyz", "xyz", "is unknown; must be one of weight, risk, "),
    ("help --help", "argument --", "is no command: help takes the name of one"),
    ("help -x", "argument -", "is no command: help takes the name of one"),
    ("verify --store none --shard 1/2 --progress", "--shard", "cannot be given with --progress"),
    ("verify --store none --progress --shard 1/2", "--progress", "cannot be given with --shard"),
    ("verify --store none --store none", "--store", "must be given once only"),
    ("--verbose", "--verbose", "is unknown; goldenweight takes --help, --version"),
    ("figures 8z --out target/none", "figures 8z: ", "must be one of 7 (7a to 7f), 8 (8a to 8f), "),
    ("figures golden-wieght --out target/none", "figures golden-wieght: ", "must be one of 7"),
    // Every name that is unknown, with the nearest.
    ("figures golden-wieght --out target/none", "figures golden-wieght: ", "; did you mean golden-weight?"),
    ("figures figure-8a --out target/none", "figures figure-8a: ", "; did you mean 8a?"),
    ("figures fig10d.svg --out target/none", "figures fig10d.svg: ", "; did you mean 10d?"),
    ("figures figure-9 --out target/none", "figures figure-9: ", "; did you mean 9?"),
    ("risk --model gausian-mean", "--model gausian-mean: ", "; did you mean gaussian-mean?"),
    ("simulate --model cumulative-cdf", "--model cumulative-cdf: ", "; did you mean cdf?"),
    ("risk --model cdf --schedule acumulate", "--schedule acumulate: ", "; did you mean accumulate?"),
    ("simulate --model cdf --simulator suficient", "--simulator suficient: ", "; did you mean sufficient?"),
    ("simulate --model cdf --statistic logdet", "--statistic logdet: ", "; did you mean log-det?"),
    ("simulate --model cdf --controls offf", "--controls offf: ", "; did you mean off?"),
    ("risk --model cdf --divisor unbaised", "--divisor unbaised: ", "; did you mean unbiased?"),
    ("risk --model cdf --order secnod", "--order secnod: ", "; did you mean second?"),
    ("verify --tier quik", "--tier quik: ", "; did you mean quick?"),
    ("verify --kinds proof,exat", "--kinds exat: ", "; did you mean exact?"),
    ("verify --only gausian-mean", "--only gausian-mean: ", "did you mean gaussian-mean-law? "),
    ("calibrate --kinds lader", "--kinds lader: ", "; did you mean ladder?"),
    ("calibrate --only covariance-law", "--only covariance-law: ", "did you mean mle-covariance-law? "),
    ("simulat", "simulat", "; did you mean simulate?"),
    // Values as they are typed, wherever they are found wrong.
    ("risk --model cdf --real 9 --synthetic 9 --weight .3,1e308", "--weight 1e308: ", "must be from 0 to 1"),
    ("risk --model cdf --real 9 --synthetic 9 --weight=-1e-300", "--weight -1e-300: ", "must be from 0 to 1"),
    ("weight --real 0000 --synthetic 9", "--real 0000: ", "must be from 2"),
    (
        "weight --model linear --real 9 --synthetic 9 --noise-variance 1e300",
        "--noise-variance 1e300: ",
        "must be above 0",
    ),
    (
        "weight --model linear --real 9 --synthetic 9 --beta 1.50,1e200",
        "--beta 1.50,1e200: ",
        "standard deviation of at most 1e100",
    ),
    (
        "weight --real 9 --synthetic 9 --sigma 1,1e90;2e90,1",
        "--sigma 1,1e90;2e90,1: ",
        "row 1, column 2 has 1e90, row 2, column 1 has 2e90",
    ),
    (
        "weight --model categorical --real 9 --synthetic 9 --probabilities .5,1e-300",
        "--probabilities .5,1e-300: ",
        "must have the sum 1, not 0.5",
    ),
    ("calibrate --budget 1e300", "--budget 1e300: ", "must be above 0 and at most 1"),
    ("calibrate --budget -1e-300", "--budget -1e-300: ", "must be above 0 and at most 1"),
    ("compare none.json Cargo.toml", "error: compare none.json: ", "cannot be read"),
    ("compare Cargo.toml none.json", "compare Cargo.toml: ", "must be a document that verify --json prints: "),
    ("compare", "<BEFORE>", "is required"),
    ("verify --only golden-ratio --archive", "--report", "is required"),
    ("check none", "error: check none/ro-crate-metadata.json: ", "without it there is no archive"),
    ("schema verfy", "error: schema verfy: ", "did you mean verify? must be one of weight, risk, "),
    ("verify --only golden-ratio --report target/tmp --against none.json", "--against none.json: ", "cannot be read"),
    ("verify --only golden-ratio --junit -", "--junit -: ", "is not a file; name one"),
    ("verify --only golden-ratio --junit none/x.xml", "--junit none/x.xml: ", "in a directory that exists"),
    (
        "verify --only golden-ratio --report target/tmp --junit target/tmp/verify.json",
        "--junit target/tmp/verify.json: ",
        "must be another file than those of --report",
    ),
    (
        "verify --only golden-ratio --csv target/tmp --junit target/tmp/claims.csv",
        "--junit target/tmp/claims.csv: ",
        "must be another file than those of --csv",
    ),
    ("verify --only golden-ratio --csv Cargo.toml", "--csv Cargo.toml: ", "must be a directory to write to"),
    ("calibrate --seeds 007e", "--seeds 007e: ", "must be a whole number"),
    // Each weight once, in one list.
    ("risk --model cdf --real 9 --synthetic 9 --weight .5,0.50", "--weight .5: ", "must be given once only"),
    ("risk --model cdf --real 9 --synthetic 9 --weight .5 --weight .6", "--weight", "must be given once only"),
    ("weight --model linear --real 9 --synthetic 9 --beta 1 --beta 2", "--beta", "must be given once only"),
    ("verify --kinds exact --kinds proof", "--kinds", "must be given once only"),
    ("weight --real 9 --synthetic 9 --sigma 1,2;3", "--sigma 1,2;3: ", "row 2 has 1 entry, row 1 has 2"),
];

fn assert_bad_input(args: &[&str], subject: &str, condition: &str) {
    let output = goldenweight(args);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
    assert_eq!(stdout, "", "{args:?}");
    assert_eq!(stderr.lines().count(), 1, "{args:?}: {stderr}");
    assert!(stderr.ends_with('\n') && stderr.contains(subject) && stderr.contains(condition), "{args:?}: {stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn bad_input_gets_one_line_and_exit_2() {
    for (line, subject, condition) in BAD_INPUT {
        let mut args: Vec<_> = line.split(' ').collect();
        assert_bad_input(&args, subject, condition);
        args.insert(1, "--json");
        assert_bad_input(&args, subject, condition);
    }
    assert_bad_input(&["weight", "--model", "a\nb", "--real", "9", "--synthetic", "9"], "a\\nb", "must be one of");
}

/// The help, whole, and nothing else.
#[test]
fn without_arguments_there_is_help_and_exit_2() {
    let (output, help) = (goldenweight(&[]), goldenweight(&["--help"]));
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert_eq!(text(&output.stderr), text(&help.stdout));
}

#[cfg(unix)]
#[test]
fn arguments_that_are_not_utf8_are_bad_input() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let mut command = Command::new(env!("CARGO_BIN_EXE_goldenweight"));
    let output = command.args(["weight", "--synthetic", "9", "--real"]).arg(OsStr::from_bytes(b"\xff")).output();
    let output = output.expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    assert!(stderr.lines().count() == 1 && stderr.contains("UTF-8"), "{stderr}");
}

/// Data that are missing, of a wrong kind or not UTF-8: the file, the line and the column are named.
#[test]
fn bad_data_files_name_file_line_and_column() {
    let directory = std::env::temp_dir().join(format!("goldenweight-bad-data-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory for the files");
    let path = directory.to_str().expect("the path is UTF-8");
    let option = format!("--data {path}");
    let file = directory.join("adult.data");
    assert_bad_input(&["adult", "--data", path], &option, "no file adult.data, adult.test or adult.csv");
    std::fs::write(directory.join("adult.data.gz"), b"\x1f\x8b\x08").expect("the file is written");
    assert_bad_input(&["adult", "--data", path], &option, "adult.data.gz: is compressed; unpack it first");
    let packed = format!("{path}/adult.data.gz");
    assert_bad_input(&["adult", "--data", &packed], &packed, ": is compressed; unpack it first");
    // Rows that have a logistic fit, and one class of workers alone.
    let row = |i: usize| {
        let (age, education, gain, loss) = (17 + i % 74, 1 + i % 16, i * 31 % 9_999, i * 17 % 4_357);
        let (hours, label) = (1 + i % 99, [">50K", "<=50K"][i % 2]);
        format!(
            "{age}, ?, 1, 10th, {education}, Divorced, ?, Wife, White, Male, {gain}, {loss}, {hours}, Cuba, {label}\n"
        )
    };
    let constant: String = (0..1_000).map(row).collect();
    for (content, place) in [
        (&b"39, State-gov, 77516"[..], "adult.data, line 1, column "),
        (b"thirty, State-gov", "adult.data, line 1, column age"),
        (b"39, \xff", "adult.data, line 1, column workclass"),
        (b"", "adult.data: no rows"),
        (b"PK\x03\x04", "adult.data: is compressed"),
        (constant.as_bytes(), "workclass is the same in all rows"),
    ] {
        std::fs::write(&file, content).expect("the file is written");
        assert_bad_input(&["adult", "--data", path], &option, place);
    }
    std::fs::remove_dir_all(&directory).expect("the files are removed");
    assert_bad_input(&["adult", "--data", "no\nwhere"], "no\\nwhere", "cannot be read");
}

/// However long what is wrong is, the error is a line that can be read.
#[test]
fn errors_are_short() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("adult.data");
    std::fs::write(&file, "9".repeat(10_000_000) + ", State-gov").expect("written");
    let long = "x".repeat(100_000);
    let (name, entry) = (format!("{}/{long}.csv", folder.path().display()), format!("1,{long}"));
    let simulate = "simulate --model cdf --real 9 --synthetic 9 --weight .5 --each";
    let with = |line: &str, last: &str| line.split(' ').chain([last]).map(str::to_owned).collect::<Vec<_>>();
    for (args, said) in [
        (with("adult --data", file.to_str().expect("UTF-8")), "line 1, column age: '9999"),
        (with("weight --real 9 --synthetic 9 --model", &long), "--model xxxx"),
        (with("weight --real 9 --synthetic 9 --sigma", &entry), "row 1, entry 'xxxx"),
        (with(simulate, &name), "--each /"),
        (with("weight --real 9 --synthetic", &long), "--synthetic xxxx"),
        (with("figures --out none", &long), "figures xxxx"),
        (vec![long.clone()], "command xxxx"),
    ] {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        assert_bad_input(&args, said, "");
        let stderr = goldenweight(&args).stderr;
        assert!(stderr.len() < 1_000 && text(&stderr).contains('…'), "{}", stderr.len());
    }
}

/// What is wrong in the file of a covariance: its name, the row and the entry.
#[test]
fn a_covariance_in_a_file_is_refused_with_its_place() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("s.csv");
    let option = format!("@{}", file.display());
    for (content, condition) in [
        ("\u{feff}2,.6\n.6,one\n", "s.csv: row 2, entry 'one': must be a finite number"),
        ("\u{feff}2,.6\n.5,1\n", "must be symmetric: row 1, column 2 has 0.6, row 2, column 1 has 0.5"),
        ("1,2\n2,1\n", "must be positive definite"),
    ] {
        std::fs::write(&file, content).expect("written");
        assert_bad_input(&["weight", "--real", "9", "--synthetic", "9", "--sigma", &option], "--sigma ", condition);
    }
}

/// Before the work, and without the name of a file that nobody asked for.
#[test]
fn a_file_that_cannot_be_made_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("a directory");
    let name = format!("{}/{}.csv", folder.path().display(), "n".repeat(300));
    // Of hours.
    let line = "simulate --model cdf --real 1000 --synthetic 1000 --weight .5 --replicates 1000000000 --each";
    for file in [&name, "Cargo.toml/x.csv"] {
        let args: Vec<&str> = line.split(' ').chain([file]).collect();
        assert_bad_input(&args, "--each ", "must be a file to write to");
        assert!(!text(&goldenweight(&args).stderr).contains(".goldenweight"));
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
}
