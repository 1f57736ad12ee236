/** Pinyin initials without a dictionary: the browser's own collation knows where each letter begins. Pure: no DOM. */

/** No Mandarin syllable begins with I, U or V. */
const LETTERS = 'ABCDEFGHJKLMNOPQRSTWXYZ';
/** Marks of the pinyin collation (CLDR, index characters): they sort just before the first character of their letter. */
const MARK = '\uFDD0';
const HAN = /\p{Script=Han}/u;

const collator = new Intl.Collator('zh-u-co-pinyin');
/** Names repeat their characters: a few thousand entries at most, one for each character that names use. */
const known = new Map<string, string>();

function initialOf(character: string): string {
  let letter = known.get(character);
  if (letter !== undefined) return letter;
  letter = '';
  for (const next of LETTERS) {
    if (collator.compare(character, MARK + next) < 0) break;
    letter = next.toLowerCase();
  }
  known.set(character, letter);
  return letter;
}

/**
 * The first letters of a name: `bm` for 北门, `1hlt` for 1号楼 T. Letters and digits stay, signs and blanks go. A character with several readings
 * has the one that ICU sorts it by (重 is `z`, 长 is `z`, 厦 is `s`).
 */
export function initialsOf(name: string): string {
  let initials = '';
  for (const character of name.normalize('NFKC')) {
    if (HAN.test(character)) initials += initialOf(character);
    else if (/[\p{L}\p{N}]/u.test(character)) initials += character.toLowerCase();
  }
  return initials;
}
