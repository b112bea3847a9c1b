/** Text in columns, for terminals where Chinese characters take two places. */

/** One line for each row; every column but the last is as wide as its widest cell, two blanks between. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.slice(0, -1).entries()) {
      widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
    }
  }
  return rows.map((row) =>
    row.map((cell, at) => {
      const isLast = at === row.length - 1;
      return isLast ? cell : cell + " ".repeat((widths[at] ?? 0) - widthOf(cell) + 2);
    }).join("").trimEnd()
  );
}

/** Places a text takes in a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += WIDE.test(char) ? 2 : COMBINING.test(char) ? 0 : 1;
  return width;
}

/** The text in at most `width` places, on one line, an ellipsis where something was left out. */
export function fit(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, " ").replaceAll(CONTROL, "").trim();
  if (widthOf(line) <= width) return line;
  let cut = "";
  for (const char of line) {
    if (widthOf(cut + char) > width - 1) break;
    cut += char;
  }
  return `${cut}…`;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const COMBINING = /\p{M}/u;
/** Would move the cursor or change colours: a message's text must not. */
const CONTROL = /\p{Cc}/gu;
