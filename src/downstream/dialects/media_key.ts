/** AES keys of media, which clients write in three ways: 32 hex digits, base64 of those, base64 of the 16 bytes. */

const HEX = /^[0-9a-f]{32}$/i;

/** The 32 hex digits of a key written in any of the ways; `null` when it is none. */
export function keyToHex(text: string): string | null {
  if (HEX.test(text)) return text.toLowerCase();
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(text);
  } catch {
    return null; // not base64
  }
  if (bytes.length === 16) return bytes.toHex();
  const digits = new TextDecoder().decode(bytes);
  return HEX.test(digits) ? digits.toLowerCase() : null;
}

/** The key's bytes in base64. */
export function hexToBase64(hex: string): string {
  return Uint8Array.fromHex(hex).toBase64();
}
