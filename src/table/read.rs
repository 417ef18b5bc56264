//! Two readings of a file: what its columns are, and what they have.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::{Column, Form, Level, MAX_FIELDS, MAX_LEVELS, MISSING, Missing, Request, Response, Table, Values};
use crate::experiment::excerpt;

/// What is wrong, and at which byte the record starts that has it.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) byte: Option<u64>,
    pub(super) column: Option<String>,
    pub(super) condition: String,
}

impl Fault {
    fn of_file(condition: impl Into<String>) -> Self {
        Self { byte: None, column: None, condition: condition.into() }
    }

    fn of_column(column: &str, condition: impl Into<String>) -> Self {
        Self { column: Some(excerpt(column)), ..Self::of_file(condition) }
    }

    fn at(self, byte: u64) -> Self {
        Self { byte: Some(byte), ..self }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::of_file(format!("cannot be read: {error}"))
    }
}

/// Most bytes of one record: a quote without its partner must not take the rest of a large file into memory.
const LONGEST_RECORD: u64 = 1 << 24;

/// Gives no more bytes than one record may have, until told to go on.
struct Limited<'a, R> {
    source: &'a mut R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            let most = LONGEST_RECORD >> 20;
            return Err(io::Error::other(format!("a record of more than {most} MiB; is a quote not closed?")));
        }
        let most = buffer.len().min(usize::try_from(self.left.get()).unwrap_or(usize::MAX));
        let read = self.source.read(&mut buffer[..most])?;
        self.left.set(self.left.get() - read as u64);
        Ok(read)
    }
}

/// Hands every record to `take`, the names first, with the byte where it starts.
fn records(
    source: &mut (impl Read + Seek),
    mut take: impl FnMut(&ByteRecord, u64) -> Result<(), Fault>,
) -> Result<(), Fault> {
    source.rewind()?;
    let left = Cell::new(LONGEST_RECORD);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .buffer_capacity(1 << 16)
        .from_reader(Limited { source, left: &left });
    let mut record = ByteRecord::new();
    let (mut start, mut fault) = (0, None);
    loop {
        let next = reader.position().byte();
        match reader.read_byte_record(&mut record) {
            Ok(true) => (start, fault) = (next, take(&record, next).err()),
            Ok(false) => break,
            Err(error) => return Err(Fault::of_file(format!("cannot be read: {error}")).at(next)),
        }
        if fault.is_some() {
            break;
        }
        left.set(LONGEST_RECORD);
    }
    // A quote without its partner takes what follows into its record, which then is the last one, or the one at fault.
    let end = reader.position().byte();
    drop(reader);
    let fault = fault.map(|fault| Fault { byte: fault.byte.or(Some(start)), ..fault });
    match (quotes(source, start, end)?, fault) {
        (Quotes::Open(byte), _) => Err(Fault::of_file("has a quote that is not closed").at(byte)),
        (Quotes::OverLines, Some(fault)) => {
            let condition = fault.condition + " (a quote is closed in a later line: is that meant?)";
            Err(Fault { condition, ..fault })
        }
        (_, fault) => fault.map_or(Ok(()), Err),
    }
}

/// What the quotes of a record are like.
enum Quotes {
    /// Each is closed, in its line.
    Closed,
    /// Each is closed, one of them in a later line.
    OverLines,
    /// The one at this byte is not.
    Open(u64),
}

/// The quotes from the start of a record to its end, by the rules of the reader: a quote opens a field at its start, and two stand for one.
fn quotes(source: &mut (impl Read + Seek), start: u64, end: u64) -> io::Result<Quotes> {
    source.seek(SeekFrom::Start(start))?;
    let (mut opened, mut at_start, mut after_quote, mut over_lines) = (None, true, false, false);
    let mark = "\u{feff}".as_bytes();
    for (byte, read) in (start..end).zip(BufReader::new(source).bytes()) {
        let read = read?;
        let is_mark = mark.get(byte as usize) == Some(&read);
        match read {
            b'"' if at_start || after_quote => (opened, after_quote) = (opened.or(Some(byte)), false),
            b'"' if opened.is_some() => after_quote = true,
            _ if opened.is_some() && !after_quote => over_lines |= b"\r\n".contains(&read),
            _ => (opened, after_quote) = (None, false),
        }
        at_start = is_mark || opened.is_none() && b",\r\n".contains(&read);
    }
    Ok(match opened.filter(|_| !after_quote) {
        Some(byte) => Quotes::Open(byte),
        None if over_lines => Quotes::OverLines,
        None => Quotes::Closed,
    })
}

/// The line, from 1, of the record that starts at this byte. CR LF, LF and CR end a line.
pub(super) fn line(source: &mut (impl Read + Seek), byte: u64) -> io::Result<u64> {
    source.seek(SeekFrom::Start(0))?;
    let (mut line, mut after_cr) = (1, false);
    for (i, read) in (0..).zip(BufReader::new(source).bytes()) {
        let read = read?;
        // Empty lines before a record are no records.
        if i >= byte && !b"\r\n".contains(&read) {
            break;
        }
        line += u64::from(read == b'\r' || read == b'\n' && !after_cr);
        after_cr = read == b'\r';
    }
    Ok(line)
}

/// The line of a record, of which the names are number 0.
pub(super) fn line_of_record(source: &mut (impl Read + Seek), number: usize) -> io::Result<u64> {
    let (mut seen, mut start) = (0, None);
    let found = |start: &mut Option<u64>, byte| {
        *start = Some(byte);
        Err(Fault::of_file("found"))
    };
    let _ = records(source, |_, byte| {
        seen += 1;
        if seen > number { found(&mut start, byte) } else { Ok(()) }
    });
    line(source, start.ok_or(io::ErrorKind::UnexpectedEof)?)
}

fn text<'a>(field: &'a [u8], column: &str) -> Result<&'a str, Fault> {
    std::str::from_utf8(field).map_err(|_| Fault::of_column(column, "is not UTF-8 text"))
}

pub(super) fn is_missing(field: &str) -> bool {
    field.len() <= 4 && MISSING.iter().any(|missing| field.eq_ignore_ascii_case(missing))
}

fn is_number(field: &str) -> bool {
    field.parse::<f64>().is_ok()
}

/// Whether a text is a number in another notation: with a decimal comma, groups of thousands, a sign of percent or of a currency.
fn is_number_elsewhere(field: &str) -> bool {
    const SIGNS: [char; 11] = ['-', '\u{2212}', '+', ' ', '\u{a0}', '\'', '%', '$', '€', '£', '¥'];
    let digits = field.replace(SIGNS, "");
    let parts: Vec<&str> = digits.split([',', '.']).collect();
    let is_group = |part: &&str| part.len() == 3;
    let all_digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    !is_number(field)
        && !digits.is_empty()
        && parts.iter().all(all_digits)
        && (parts.len() < 3 || parts[1..parts.len() - 1].iter().all(is_group))
}

/// A column that is asked for, and what the first reading finds in it.
struct Wanted {
    /// Its place in the file.
    index: usize,
    name: String,
    is_target: bool,
    /// The first text that is no number, and where: at which byte of a file, in which row of columns in memory.
    first_text: Option<(String, u64)>,
}

/// What the first reading finds.
struct Survey {
    names: Vec<String>,
    wanted: Vec<Wanted>,
    rows: u64,
}

/// The names of the columns, in the first record.
fn names(record: &ByteRecord) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    for (i, field) in record.iter().enumerate() {
        let number = (i + 1).to_string();
        let name = std::str::from_utf8(field).map_err(|_| {
            Fault::of_column(&number, "its name is not UTF-8 text; is the file packed, or in another code?")
        })?;
        if name.parse::<f64>().is_ok_and(f64::is_finite) {
            let condition =
                format!("must have a name and not the number {}; is there no line of names?", excerpt(name));
            return Err(Fault::of_column(&number, condition));
        }
        names.push(name.to_owned());
    }
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str())) {
        Some(twice) => Err(Fault::of_column(twice, "its name stands twice in the line of names")),
        None => Ok(names),
    }
}

/// Which of the names are asked for, the target last.
fn wanted(names: &[String], request: &Request) -> Result<Vec<Wanted>, Fault> {
    let target = request.target.as_ref().map(|(target, _)| target.as_str());
    let index_of = |name: &str| {
        let listed = names.iter().take(12).map(|name| excerpt(name)).collect::<Vec<_>>().join(", ");
        let more = if names.len() > 12 { ", ..." } else { "" };
        let separated = names.len() == 1 && names[0].contains([';', '\t', '|']);
        let hint = if separated { " (fields must be separated by commas)" } else { "" };
        let condition = format!("is not in the file, which has {listed}{more}{hint}");
        names.iter().position(|known| known == name).ok_or_else(|| Fault::of_column(name, condition))
    };
    let column = |index: usize, is_target| Wanted { index, name: names[index].clone(), is_target, first_text: None };
    let target = target.map(index_of).transpose()?;
    let mut wanted: Vec<Wanted> = match &request.columns {
        None => (0..names.len()).filter(|index| Some(*index) != target).map(|index| column(index, false)).collect(),
        Some(columns) => {
            let mut seen = BTreeSet::new();
            let mut one = |name: &String| {
                let index = index_of(name)?;
                match (seen.insert(index), Some(index) == target) {
                    (false, _) => Err(Fault::of_column(name, "is asked for twice")),
                    (_, true) => Err(Fault::of_column(name, "is the target, and cannot be a column too")),
                    _ => Ok(column(index, false)),
                }
            };
            columns.iter().map(&mut one).collect::<Result<_, _>>()?
        }
    };
    if let Some(unnamed) = wanted.iter().find(|column| column.name.is_empty()) {
        let condition = "must have a name; is it an index? Say which columns are meant";
        return Err(Fault::of_column(&(unnamed.index + 1).to_string(), condition));
    }
    if wanted.is_empty() {
        return Err(Fault::of_file("has no column beside the target"));
    }
    wanted.extend(target.map(|index| column(index, true)));
    Ok(wanted)
}

/// The first reading: as long as fields are kept that are not too many, in constant memory.
fn survey(source: &mut (impl Read + Seek), request: &Request) -> Result<Survey, Fault> {
    let size = source.seek(SeekFrom::End(0))?;
    let mut survey: Option<Survey> = None;
    records(source, |record, byte| {
        let Some(Survey { names: all, wanted, rows }) = &mut survey else {
            let names = names(record)?;
            let wanted = wanted(&names, request)?;
            survey = Some(Survey { names, wanted, rows: 0 });
            return Ok(());
        };
        if record.len() != all.len() {
            let fields = |count: usize| if count == 1 { "1 field".to_owned() } else { format!("{count} fields") };
            let condition = format!("has {}, and the line of names has {}", fields(record.len()), fields(all.len()));
            return Err(Fault::of_file(condition));
        }
        // A row that will be dropped decides nothing.
        let is_missing_in = |column: &Wanted| std::str::from_utf8(&record[column.index]).is_ok_and(is_missing);
        let is_dropped = request.missing == Missing::Drop && wanted.iter().any(is_missing_in);
        for column in wanted.iter_mut().filter(|column| column.first_text.is_none() && !is_dropped) {
            let field = text(&record[column.index], &column.name)?;
            if !is_missing(field) && !is_number(field) {
                column.first_text = Some((field.to_owned(), byte));
            }
        }
        *rows += 1;
        if *rows * wanted.len() as u64 > MAX_FIELDS {
            let condition = format!(
                "has {size} bytes, and more than {rows} rows of {} columns: at most {MAX_FIELDS} fields are kept (1 GiB); \
                 ask for fewer columns, or take a sample of the rows",
                wanted.len()
            );
            return Err(Fault::of_file(condition));
        }
        Ok(())
    })?;
    match survey {
        None => Err(Fault::of_file("is empty: there is no line of names")),
        Some(Survey { rows: 0, .. }) => Err(Fault::of_file("has a line of names, and no rows")),
        Some(survey) => Ok(survey),
    }
}

/// The levels of a column in the order in which they come, with their places.
#[derive(Default)]
struct Levels {
    levels: Vec<Level>,
    places: HashMap<String, usize>,
}

impl Levels {
    fn place(&mut self, field: &str) -> usize {
        let place = if let Some(&place) = self.places.get(field) {
            place
        } else {
            self.places.insert(field.to_owned(), self.levels.len());
            self.levels.push(Level { name: field.to_owned(), count: 0 });
            self.levels.len() - 1
        };
        self.levels[place].count += 1;
        place
    }
}

/// As what a column is read.
fn form(column: &Wanted, request: &Request) -> Form {
    match request.form {
        _ if column.is_target => Form::Either,
        _ if request.levels.contains(&column.name) => Form::Levels,
        form => form,
    }
}

/// How the fields of a column become numbers.
enum Reading {
    Numbers(Option<Response>),
    Levels(Levels),
}

impl Reading {
    /// Of a column, after the first reading.
    fn of(column: &Wanted, request: &Request) -> Result<Self, Fault> {
        let must_be = |what: &str, (text, byte): &(String, u64)| {
            let condition = format!("must be {what}, and is {}", excerpt(text));
            Err(Fault::of_column(&column.name, condition).at(*byte))
        };
        let response = request.target.as_ref().filter(|_| column.is_target).map(|(_, response)| *response);
        let form = form(column, request);
        match (&column.first_text, response, form) {
            (Some(_), Some(Response::Binary), _) | (Some(_), None, Form::Either) | (_, None, Form::Levels) => {
                Ok(Self::Levels(Levels::default()))
            }
            (Some(text), Some(Response::Count), _) => must_be("a whole number from 0", text),
            (Some(text), _, _) => must_be("a number", text),
            (None, response, _) => Ok(Self::Numbers(response)),
        }
    }

    /// The number of a field.
    fn value(&mut self, column: &Wanted, field: &str) -> Result<f64, Fault> {
        let fault = |condition: String| Err(Fault::of_column(&column.name, condition));
        match self {
            Self::Numbers(response) => {
                let value: f64 = field.parse().unwrap_or(f64::NAN);
                number(value, *response, || excerpt(field)).or_else(fault)
            }
            Self::Levels(levels) => {
                let place = levels.place(field);
                let most = if column.is_target { 2 } else { MAX_LEVELS };
                if place < most {
                    return Ok(place as f64);
                }
                if column.is_target {
                    let numbers = levels.levels.iter().filter(|level| is_number(&level.name)).count();
                    // The text among numbers, which came before.
                    return match &column.first_text {
                        Some((text, place)) if numbers > 1 => {
                            let condition = format!("must be 0 or 1, or one of two texts, and is {}", excerpt(text));
                            Err(Fault::of_column(&column.name, condition).at(*place))
                        }
                        _ => fault(format!("must be 0 or 1, or one of two texts, and a third is {}", excerpt(field))),
                    };
                }
                let condition = format!("has more than {MAX_LEVELS} levels");
                let numbers = levels.levels.iter().filter(|level| is_number(&level.name)).count();
                match &column.first_text {
                    Some((text, place)) if is_number_elsewhere(text) => {
                        let condition = format!("is {}, {ELSEWHERE}: so the column {condition}", excerpt(text));
                        Err(Fault::of_column(&column.name, condition).at(*place))
                    }
                    // A number that is spelt wrong, or a word for what is missing.
                    Some((text, place)) if numbers > 0 => {
                        let condition = format!("is {}, no number: so the column {condition}", excerpt(text));
                        Err(Fault::of_column(&column.name, condition).at(*place))
                    }
                    Some((text, _)) => fault(format!("{condition} (the first that is no number is {})", excerpt(text))),
                    None => fault(format!("{condition}: {NUMBERS}")),
                }
            }
        }
    }

    /// What the user should know of a column's levels.
    fn doubt(&self, column: &Wanted, request: &Request, rows: usize) -> Option<Fault> {
        let Self::Levels(Levels { levels, .. }) = self else { return None };
        let known = levels.iter().filter(|level| !level.name.is_empty());
        let (numbers, all) = (known.clone().filter(|level| is_number(&level.name)).count(), known.count());
        let (form, note) = (form(column, request), |condition: String| Fault::of_column(&column.name, condition));
        match &column.first_text {
            Some((text, place)) if numbers > 0 && numbers < all && form == Form::Either => {
                let of = format!("{numbers} of its {all} levels are numbers");
                Some(note(format!("{} is no number: so the column is read as levels ({of})", excerpt(text))).at(*place))
            }
            // Texts in memory.
            Some(_) if numbers == all && form == Form::Either => {
                Some(note("has texts, which are numbers: they are read as levels".to_owned()))
            }
            Some((text, place)) if form == Form::Either && is_number_elsewhere(text) => {
                Some(note(format!("{} is {ELSEWHERE}: so the column is read as levels", excerpt(text))).at(*place))
            }
            _ if request.form == Form::Levels && rows < FEW * levels.len() => {
                let hint = if numbers == all { format!(": {NUMBERS}") } else { String::new() };
                Some(note(format!("has {} levels in {rows} rows, fewer than {FEW} rows for each{hint}", levels.len())))
            }
            _ => None,
        }
    }
}

/// Fewest rows of a level, on average, for frequencies that are nearly normal.
///
/// # Source
/// the rule of five, of W. G. Cochran: Some methods for strengthening the common chi-squared tests. Biometrics 10 (1954)
const FEW: usize = 5;

/// What is said of [`is_number_elsewhere`].
const ELSEWHERE: &str = "no number as it is written here (digits, a decimal point, no other signs)";

const NUMBERS: &str = "are they numbers whose mean or covariance is meant?";

/// A number of a column, where it is one that the column may have; else the condition that it breaks.
fn number(value: f64, response: Option<Response>, shown: impl Fn() -> String) -> Result<f64, String> {
    match response {
        _ if !value.is_finite() => Err(format!("must be a finite number, and is {}", shown())),
        Some(Response::Binary) if value != 0.0 && value != 1.0 => {
            Err(format!("must be 0 or 1, or one of two texts, and is {}", shown()))
        }
        Some(Response::Count) if value < 0.0 || value.fract() != 0.0 => {
            Err(format!("must be a whole number from 0, and is {}", shown()))
        }
        // -0 is 0.
        _ => Ok(value + 0.0),
    }
}

/// The same table of columns in memory, whose names are those of the file's line of names. There are no lines, so a fault is of a row, from 1.
pub(super) fn of_columns(
    columns: &[Values<'_>],
    names: &[String],
    request: &Request,
) -> Result<(Table, Vec<Fault>), Fault> {
    let of_row = |fault: Fault| match fault.byte {
        Some(row) => Fault { condition: format!("row {}: {}", row + 1, fault.condition), ..fault },
        None => fault,
    };
    let (table, doubts) = columns_read(columns, names, request).map_err(of_row)?;
    Ok((table, doubts.into_iter().map(of_row).collect()))
}

/// With the row, from 0, in the place of a byte.
fn columns_read(columns: &[Values<'_>], names: &[String], request: &Request) -> Result<(Table, Vec<Fault>), Fault> {
    let mut wanted = wanted(names, request)?;
    let rows = columns.first().map_or(0, Values::len);
    if let Some(other) = (0..columns.len()).find(|&j| columns[j].len() != rows) {
        let condition = format!("has {} rows, and the first column has {rows}", columns[other].len());
        return Err(Fault::of_column(&names[other], condition));
    }
    if rows as u64 * wanted.len() as u64 > MAX_FIELDS {
        let condition =
            format!("has {rows} rows of {} columns: at most {MAX_FIELDS} fields are kept (1 GiB)", wanted.len());
        return Err(Fault::of_file(condition));
    }
    for column in &mut wanted {
        if let Values::Texts { places, levels } = &columns[column.index] {
            // A text that is a number is one only in a column of numbers.
            let level = levels.iter().position(|level| !is_number(level)).unwrap_or_default();
            let row = places.iter().position(|&place| usize::try_from(place) == Ok(level)).unwrap_or_default();
            column.first_text = Some((levels.get(level).cloned().unwrap_or_default(), row as u64));
        }
    }
    let mut readings = wanted.iter().map(|column| Reading::of(column, request)).collect::<Result<Vec<_>, _>>()?;
    let mut values: Vec<f64> = Vec::with_capacity(rows * wanted.len());
    let mut dropped = Vec::new();
    for row in 0..rows {
        let of_row = |fault: Fault| Fault { byte: fault.byte.or(Some(row as u64)), ..fault };
        let is_missing_in = |column: &Wanted| columns[column.index].is_missing(row);
        if request.missing == Missing::Drop && wanted.iter().any(is_missing_in) {
            dropped.push(row as u64);
            continue;
        }
        for (column, reading) in wanted.iter().zip(&mut readings) {
            let is_missing = is_missing_in(column);
            if is_missing {
                may_be_missing(column, reading, request, "").map_err(of_row)?;
            }
            let value = match (&columns[column.index], &mut *reading) {
                (Values::Numbers { .. }, Reading::Numbers(response)) => {
                    let value = columns[column.index].number(row);
                    number(value, *response, || value.to_string()).map_err(|c| Fault::of_column(&column.name, c))
                }
                // Numbers as levels.
                (Values::Numbers { .. }, reading) => {
                    reading.value(column, &columns[column.index].number(row).to_string())
                }
                (Values::Texts { .. }, reading) => reading.value(column, columns[column.index].text(row)),
            };
            values.push(value.map_err(of_row)?);
        }
    }
    finish(request, &wanted, readings, values, dropped)
}

/// Whether a missing value of a column is a level, or else what it breaks.
fn may_be_missing(column: &Wanted, reading: &Reading, request: &Request, field: &str) -> Result<(), Fault> {
    let may_be_level = matches!(reading, Reading::Levels(_)) && !column.is_target;
    let of_numbers = match (request.missing == Missing::Level && !column.is_target, may_be_level) {
        (true, true) => return Ok(()),
        (true, false) => "a number has no level for that; ",
        (false, _) => "",
    };
    let written = if field.is_empty() { String::new() } else { format!(" ({field})") };
    let or_level = if may_be_level { ", take it as a level (`missing` level)" } else { "" };
    let or_leave = if column.is_target { "" } else { ", or leave the column out" };
    let condition = format!("is missing{written}: {of_numbers}drop such rows (`missing` drop){or_level}{or_leave}");
    Err(Fault::of_column(&column.name, condition))
}

/// The second reading.
pub(super) fn table(source: &mut (impl Read + Seek), request: &Request) -> Result<(Table, Vec<Fault>), Fault> {
    let Survey { wanted, rows, .. } = survey(source, request)?;
    let mut readings = wanted.iter().map(|column| Reading::of(column, request)).collect::<Result<Vec<_>, _>>()?;
    let mut values: Vec<f64> = Vec::with_capacity(rows as usize * wanted.len());
    let (mut is_first, mut row, mut dropped) = (true, 0, Vec::new());
    records(source, |record, _| {
        if std::mem::take(&mut is_first) {
            return Ok(());
        }
        row += 1;
        let is_missing_in = |column: &Wanted| {
            record.get(column.index).is_none_or(|field| std::str::from_utf8(field).is_ok_and(is_missing))
        };
        if request.missing == Missing::Drop && wanted.iter().any(is_missing_in) {
            dropped.push(row - 1);
            return Ok(());
        }
        for (column, reading) in wanted.iter().zip(&mut readings) {
            let mut field = text(record.get(column.index).unwrap_or_default(), &column.name)?;
            if is_missing(field) {
                may_be_missing(column, reading, request, field)?;
                field = "";
            }
            values.push(reading.value(column, field)?);
        }
        Ok(())
    })?;
    finish(request, &wanted, readings, values, dropped)
}

/// The table, where it has rows enough and no constant column; with the levels of columns in their order; and what is doubtful.
fn finish(
    request: &Request,
    wanted: &[Wanted],
    readings: Vec<Reading>,
    mut values: Vec<f64>,
    dropped: Vec<u64>,
) -> Result<(Table, Vec<Fault>), Fault> {
    let after = match dropped.len() {
        0 => String::new(),
        count => format!(" after {count} were dropped for missing values"),
    };
    match values.len() / wanted.len() {
        0 => return Err(Fault::of_file(format!("has no rows{after}"))),
        1 => return Err(Fault::of_file(format!("has one row{after}: there must be more"))),
        _ => {}
    }
    let rows = values.len() / wanted.len();
    let doubts =
        wanted.iter().zip(&readings).filter_map(|(column, reading)| reading.doubt(column, request, rows)).collect();
    let mut columns = Vec::new();
    for (j, (column, reading)) in wanted.iter().zip(readings).enumerate() {
        let rows = || values.iter().skip(j).step_by(wanted.len());
        if rows().all(|value| value.to_bits() == values[j].to_bits()) {
            let value = match &reading {
                Reading::Numbers(_) => values[j].to_string(),
                Reading::Levels(levels) => excerpt(&levels.levels[0].name),
            };
            return Err(Fault::of_column(&column.name, format!("is constant: it is {value} in every row{after}")));
        }
        let levels = match reading {
            Reading::Numbers(_) => Vec::new(),
            Reading::Levels(Levels { levels, .. }) => {
                let order = order(&levels, column.is_target);
                let mut places = vec![0.0; levels.len()];
                order.iter().enumerate().for_each(|(place, &old)| places[old] = place as f64);
                values.iter_mut().skip(j).step_by(wanted.len()).for_each(|value| *value = places[*value as usize]);
                order.into_iter().map(|old| levels[old].clone()).collect()
            }
        };
        columns.push(Column { name: column.name.clone(), levels });
    }
    Ok((Table { columns, values, dropped, warnings: Vec::new(), file: None }, doubts))
}

/// The order of levels: by name, but the most frequent first, of several the first by name. Those of a target all by name.
fn order(levels: &[Level], is_target: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..levels.len()).collect();
    order.sort_by(|&a, &b| levels[a].name.cmp(&levels[b].name));
    if !is_target {
        let most = levels.iter().map(|level| level.count).max().unwrap_or_default();
        let first = order.iter().position(|&place| levels[place].count == most).unwrap_or_default();
        order[..=first].rotate_right(1);
    }
    order
}
