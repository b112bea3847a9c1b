/** QR codes in a terminal. The library is loaded at the first code. */

interface QrLibrary {
  toString(
    text: string,
    options: { readonly type: "terminal" | "utf8"; readonly small: true; readonly margin?: number },
  ): Promise<string>;
}

/**
 * The lines of the code. In a terminal it is drawn in black on white, so that it can be scanned whatever the terminal's
 * colours are; elsewhere, as in a log, by blocks alone.
 */
export async function drawQr(
  text: string,
  { inColour }: { readonly inColour: boolean },
): Promise<string[]> {
  const library: { readonly default: QrLibrary } = await import("qrcode");
  const type = inColour ? "terminal" : "utf8";
  const drawn = await library.default.toString(text, { type, small: true });
  return drawn.replace(/\n+$/, "").split("\n");
}
