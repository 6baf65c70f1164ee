// The strip, the account of every row, and the files they came from.

import { fillAccount, fillFindings, fillVerdict, finding } from "../web/account.js";
import { age } from "../web/ages.js";
import { table } from "../web/dom.js";
import { ABSENT, bytes, count, plural } from "../web/format.js";
import { fillStrip } from "../web/strip.js";

const FATES = ["counted", "quarantined", "duplicate"];

export function showQuality(page, data) {
  const good = data.doubts.length === 0;
  const verdict = { good, words: good ? "adds up" : "does not add up" };
  fillStrip(document.querySelector(".strip"), stages(page.formats, data, verdict));
  fillVerdict(document.getElementById("verdict"), good, verdict.words);
  const card = document.getElementById("quality");
  fillAccount(card.querySelector(".account"), FATES.map((fate) => [fate, data.rows[fate]]));
  fillFindings(card.querySelector(".reasons"), findings(data), "No row was quarantined, repaired or met twice.");
  showFiles(document.getElementById("files"), data);
}

function stages(formats, { input, rows, run, aggregated_rows: aggregated }, verdict) {
  const aged = (iso) => (iso ? [age(iso, "ago", formats.instant(iso))] : []);
  const files = plural(input.files, "file", "files");
  const generated = input.generated_rows;
  return {
    generated: {
      figure: count(generated),
      unit: generated === null ? "" : "rows",
      note: [generated === null ? "no manifest says how many" : `${files}, ${bytes(input.bytes)}`, ...aged(input.generated_at)],
    },
    read: { figure: count(rows.read), unit: "rows", note: [files, ...aged(input.read_at)] },
    counted: {
      figure: count(rows.counted),
      unit: "rows",
      note: [`${count(rows.quarantined)} quarantined`, `${count(rows.duplicate)} duplicate`],
      verdict,
    },
    published: {
      figure: `run ${run.short}`,
      title: run.id,
      note: [plural(aggregated, "aggregated row", "aggregated rows"), ...aged(run.published_at)],
    },
  };
}

// Worst first: what does not add up, what was left out, what was put right.
function findings(data) {
  const rows = data.doubts.map((doubt) => finding(doubt, null, "bad"));
  rows.push(...data.reasons.map(({ reason, rows }) => finding(reason, rows)));
  if (data.more_reasons) rows.push(finding("other reasons", data.more_reasons));
  if (data.rows.duplicate_differing) rows.push(finding("duplicates that differ from the first", data.rows.duplicate_differing));
  rows.push(...data.repaired.map(({ column, rule, rows }) => finding(`repaired: ${column}, ${rule}`, rows, "soft")));
  rows.push(...data.warnings.map((warning) => finding(`⚠ ${warning}`, null, "soft")));
  return rows;
}

function showFiles(card, { files, input }) {
  const faulty = files.filter((file) => file.quarantined || file.duplicate).length;
  const faults = faulty ? `${count(faulty)} with faults` : "none with faults";
  card.querySelector(".card-note").textContent = [plural(input.files, "file", "files"), bytes(input.bytes), faults].join(" · ");
  const number = (label) => ({ label, number: true });
  const columns = [{ label: "File" }, number("Read"), number("Counted"), number("Quarantined"), number("Duplicate")];
  const named = ({ file, bytes: size }) => ({ text: file, title: `${file}, ${bytes(size)}` });
  const rows = files.map((file) => [named(file), count(file.read), ...FATES.map((fate) => zero(file[fate]))]);
  card.querySelector(".scroll").replaceChildren(table("Rows of each file, those with faults first", columns, rows));
}

function zero(number) {
  return number ? count(number) : ABSENT;
}
