//! The explorer of the page: its table against the commands that it names.

use crate::stdout_of;

/// The page of a small run.
fn page() -> String {
    let folder = tempfile::tempdir().expect("a directory");
    let report = folder.path().display();
    stdout_of(&format!("verify --only golden-ratio --kinds exact --report {report}"), 0);
    std::fs::read_to_string(folder.path().join("verify.html")).expect("the page")
}

/// What stands between two words.
fn between<'a>(text: &'a str, first: &str, last: &str) -> &'a str {
    let (_, rest) = text.split_once(first).unwrap_or_else(|| panic!("no {first}"));
    rest.split_once(last).unwrap_or_else(|| panic!("no {last}")).0
}

fn list(text: &str, name: &str) -> Vec<String> {
    between(text, &format!("{name} = '"), "'").split(' ').map(str::to_owned).collect()
}

/// The value of a line of a document.
fn value<'a>(said: &'a str, name: &str) -> &'a str {
    let line = said.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {said}"));
    line[name.len()..].trim()
}

/// At sizes and weights that differ from model to model: number and law of the table are those that the command prints.
#[test]
fn the_table_has_the_digits_of_the_commands() {
    let page = page();
    let [sizes, weights] = ["SIZES", "WEIGHTS"].map(|name| list(&page, name));
    let table = between(&page, "const TABLE = {\n", "\n};\n");
    let laws = [("e", "exact at these n and m"), ("s", "second order in 1/n"), ("l", "limit law, n and m to infinity")];
    let (mut compared, mut seen) = (0, Vec::new());
    for (index, part) in table.split("},\n").filter(|part| part.contains(": {")).enumerate() {
        let model = between(part, "'", "'");
        for schedule in ["fresh", "fixed", "accumulate", "subsample"] {
            let Some((_, lines)) = part.split_once(&format!("'{schedule}': `")) else { continue };
            let lines: Vec<&str> = lines.split_once('`').expect("its end").0.split('\n').collect();
            assert_eq!(lines.len(), sizes.len() * sizes.len());
            // Strides without a common divisor with the number of lines, so that all rows and columns are visited.
            for visit in 0..4 {
                let at = (5 * index + 18 * visit + 3) % lines.len();
                let (real, synthetic) = (&sizes[at / sizes.len()], &sizes[at % sizes.len()]);
                let fields: Vec<&str> = lines[at].split('|').collect();
                let risks: Vec<&str> = fields[0].split(' ').collect();
                let law_of = |step: usize| if fields[1].len() == 1 { fields[1] } else { &fields[1][step..=step] };
                let mut points: Vec<(Option<&str>, &str, &str)> = Vec::new();
                if risks.len() == 1 {
                    points.push((None, risks[0], fields[1]));
                } else {
                    assert_eq!(risks.len(), weights.len(), "{model}, {schedule}");
                    let steps = [(7 * index + 11 * visit) % weights.len(), (29 + 13 * visit) % weights.len()];
                    points.extend(steps.map(|step| (Some(weights[step].as_str()), risks[step], law_of(step))));
                    for field in &fields[3..] {
                        let point: Vec<&str> = field.split(',').collect();
                        points.push((Some(point[0]), point[1], point[2]));
                    }
                }
                for (weight, risk, law) in points {
                    let weight = weight.map_or(String::new(), |weight| format!(" --weight {weight}"));
                    let command = format!(
                        "risk --model {model} --real {real} --synthetic {synthetic}{weight} --schedule {schedule}"
                    );
                    let said = stdout_of(&command, 0);
                    assert_eq!(value(&said, "risk  "), risk, "{command}");
                    let (_, words) = laws.iter().find(|(letter, _)| *letter == law).expect("a law");
                    assert_eq!(value(&said, "law  "), *words, "{command}");
                    compared += 1;
                    seen.push(law.to_owned());
                }
            }
        }
    }
    assert!(compared > 150, "{compared}");
    assert!(laws.iter().all(|(letter, _)| seen.iter().any(|law| law == letter)), "a law was not visited");
}

/// The best weight of the page is that of `weight`, and no weight of the page has a lower risk.
#[test]
fn the_best_weight_is_that_of_weight() {
    let page = page();
    let sizes = list(&page, "SIZES");
    let fresh = between(between(&page, "'gaussian-covariance': {\n", "},\n"), "'fresh': `", "`");
    let line = fresh.split('\n').nth(sizes.len() + 3).expect("a line");
    let (real, synthetic) = (&sizes[1], &sizes[3]);
    let said = stdout_of(&format!("weight --model gaussian-covariance --real {real} --synthetic {synthetic}"), 0);
    let fields: Vec<&str> = line.split('|').collect();
    let best: Vec<&str> = fields[3].split(',').collect();
    assert_eq!(value(&said, "optimal").split_whitespace().next(), Some(best[0]));
    let number = |text: &str| text.parse::<f64>().unwrap_or(f64::INFINITY);
    assert!(fields[0].split(' ').all(|risk| number(risk) >= number(best[1])), "{line}");
}
