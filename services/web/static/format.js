// Figures, days and instants as people read them. Values arrive as exact decimal text and are not rounded before.

export const ABSENT = "–";
const THIN = "\u00a0";
const MINUS = "\u2212";
const STEPS = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
];
const WHOLE_BELOW = { count: 1e6, other: 1e4 };
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

export const locale = navigator.language;

// Making a formatter takes longer than a thousand uses of it.
const kept = new Map();

function formatter(kind, options) {
  const key = kind.name + JSON.stringify(options);
  if (!kept.has(key)) kept.set(key, new kind(locale, options));
  return kept.get(key);
}

// The digits of a number without sign of currency or percent; `value` may be decimal text of any length.
function digits(value, options) {
  const parts = formatter(Intl.NumberFormat, options).formatToParts(value);
  const kept = parts.filter((part) => ["minusSign", "integer", "group", "decimal", "fraction"].includes(part.type));
  return kept.map((part) => (part.type === "minusSign" ? MINUS : part.value)).join("");
}

function fixed(value, least, most = least) {
  return digits(value, { minimumFractionDigits: least, maximumFractionDigits: Math.max(least, most) });
}

export function count(value) {
  return value === null || value === undefined ? ABSENT : fixed(value, 0);
}

export function bytes(value) {
  const [size, unit] = [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]].find(([size]) => value >= size) ?? [1, "B"];
  return digits(value / size, { maximumSignificantDigits: 3 }) + THIN + unit;
}

// How often a second, or how many times as fast.
export function rate(value) {
  return value < 10 ? fixed(value, 0, 1) : count(Math.round(value));
}

export function seconds(value) {
  return value < 90 ? `${fixed(value, value < 9.95 ? 1 : 0)}${THIN}s` : duration(value);
}

// A label inside a longer one: its first letter is lowered unless it is an abbreviation.
export function inside(label) {
  return /^.\p{Ll}/u.test(label) ? label[0].toLocaleLowerCase() + label.slice(1) : label;
}

export function plural(number, one, many) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

function duration(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.floor(seconds))}${THIN}s`;
  if (seconds < 90 * MINUTE) return `${Math.floor(seconds / MINUTE)}${THIN}min`;
  if (seconds < 36 * HOUR) return `${Math.floor(seconds / HOUR)}${THIN}h`;
  return `${Math.floor(seconds / DAY)} days`;
}

export const spans = { ago: (s) => `${duration(s)} ago`, old: (s) => `${duration(s)} old`, span: duration, in: duration };

// A day is a day of the files, in UTC, whatever the zone of the page.
function dayFormat(options) {
  return formatter(Intl.DateTimeFormat, { timeZone: "UTC", ...options });
}

const utc = (day) => new Date(`${day}T00:00:00Z`);

export function shortDay(day) {
  return dayFormat({ day: "numeric", month: "short" }).format(utc(day));
}

export function fullDay(day) {
  return dayFormat({ weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(utc(day));
}

export function days(from, to, year = true) {
  const form = dayFormat({ day: "numeric", month: "short", ...(year ? { year: "numeric" } : {}) });
  return form.formatRange(utc(from), utc(to));
}

// How the figures of one dataset are written. `facts`: currency and timezone of its analysis, either may be null; and how
// long its windows are, where it has some.
export class Formats {
  constructor({ currency, timezone, window_s: window = 0 }) {
    this.long = window >= DAY;
    this.money = moneyShape(currency);
    this.timezone = knownZone(timezone);
  }

  // Large ones shortened: ₹ 2.43 M; and in a list with a large one all, so that they can be compared at a glance.
  short(value, figure, largest = value) {
    if (value === null) return ABSENT;
    if (figure.format === "percent") return this.#beside(percent(value, Math.abs(value) < 0.1 ? 2 : 1), figure);
    const size = Math.abs(value);
    const whole = Math.abs(largest) < (figure.kind === "count" ? WHOLE_BELOW.count : WHOLE_BELOW.other);
    if (whole || size < 1000) return this.#beside(this.#plain(value, figure), figure);
    return this.#beside(shortened(value, size, 3), figure);
  }

  // On an axis: no more digits than it takes.
  tick(value, figure) {
    if (figure.format === "percent") return this.#beside(percent(value, 0, 2), figure);
    const size = Math.abs(value);
    return this.#beside(size < 1000 ? digits(value, { maximumSignificantDigits: 3 }) : shortened(value, size, 1), figure);
  }

  // To the last digit there is.
  exact(value, figure) {
    if (value === null) return ABSENT;
    if (figure.format === "percent") return this.#beside(percent(value, 0, Math.max(0, figure.digits - 4)), figure);
    const least = figure.format === "money" ? this.money.digits : 0;
    return this.#beside(fixed(value, least, figure.digits), figure);
  }

  // As in a column, whose head has the unit.
  cell(value, figure) {
    if (value === null) return ABSENT;
    return figure.format === "percent" ? this.#beside(percent(value, 2), figure) : this.#plain(value, figure);
  }

  // A movement in percent, of a percentage in points; and whether it is good news: "good", "bad", or neither.
  change(change, figure) {
    const points = figure.format === "percent";
    const size = Math.abs(change) * 100;
    const places = size < 1 && points ? 2 : size < 1000 ? 1 : 0;
    const still = Number(size.toFixed(places)) === 0;
    const sign = still ? "±" : change > 0 ? "+" : MINUS;
    const good = (change > 0) === (figure.polarity === "good");
    const tone = still || !figure.polarity ? "" : good ? "good" : "bad";
    return { text: sign + fixed(size, places) + THIN + (points ? "pt" : "%"), tone };
  }

  instant(iso) {
    const options = { dateStyle: "medium", timeStyle: "medium", timeZone: this.timezone };
    return `${formatter(Intl.DateTimeFormat, options).format(new Date(iso))} ${this.timezone}`;
  }

  clock(instant) {
    return formatter(Intl.DateTimeFormat, { timeStyle: "medium", timeZone: this.timezone }).format(instant);
  }

  // The begin or the end of a window. Those that last for days have no hours.
  edge(iso) {
    const options = this.long ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" };
    return this.#at(options).format(new Date(iso));
  }

  window(start, end) {
    return `${this.edge(start)} – ${this.edge(end)}`;
  }

  datedWindow(start, end) {
    const options = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
    return this.#at(options).formatRange(new Date(start), new Date(end));
  }

  moment(iso) {
    return this.#at({ dateStyle: "medium", timeStyle: "medium" }).format(new Date(iso));
  }

  #at(options) {
    return formatter(Intl.DateTimeFormat, { timeZone: this.timezone, ...options });
  }

  #plain(value, figure) {
    const size = Math.abs(value);
    if (figure.format === "money" && (size >= 0.005 || size === 0)) return fixed(value, this.money.digits);
    const places = Math.min(figure.digits, 2);
    const tiny = size > 0 && size < 10 ** -places;
    return tiny ? digits(value, { maximumSignificantDigits: 2 }) : fixed(value, places);
  }

  #beside(text, figure) {
    if (figure.format === "percent") return `${text}${THIN}%`;
    if (figure.format === "money" && this.money.symbol) return this.money.place(text);
    return figure.unit ? `${text}${THIN}${figure.unit}` : text;
  }
}

function percent(value, least, most = least) {
  return digits(value, { style: "percent", minimumFractionDigits: least, maximumFractionDigits: Math.max(least, most) });
}

function shortened(value, size, least) {
  // 999 950 is a million, not 1000 k: what rounds up to the next step is shown in that step
  const [step, letter] = STEPS.find(([step]) => size >= step * 0.9995) ?? STEPS.at(-1);
  return digits(value / step, { minimumSignificantDigits: least, maximumSignificantDigits: 3 }) + THIN + letter;
}

function moneyShape(currency) {
  if (!currency) return { symbol: "", digits: 2, place: (text) => text };
  try {
    const form = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    const parts = form.formatToParts(1);
    const at = parts.findIndex((part) => part.type === "currency");
    const first = at < parts.findIndex((part) => part.type === "integer");
    const symbol = parts[at].value;
    return { symbol, digits: form.resolvedOptions().maximumFractionDigits, place: placing(symbol, first) };
  } catch {
    return { symbol: currency, digits: 2, place: placing(currency, true) };
  }
}

function placing(symbol, first) {
  if (!first) return (text) => text + THIN + symbol;
  return (text) => (text.startsWith(MINUS) ? MINUS + symbol + THIN + text.slice(1) : symbol + THIN + text);
}

function knownZone(timezone) {
  try {
    return new Intl.DateTimeFormat(locale, { timeZone: timezone }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
