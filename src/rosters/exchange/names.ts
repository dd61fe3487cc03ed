const DOUBLE_FAMILY_NAMES = new Set(
  (
    '欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 ' +
    '仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 令狐 百里 呼延 东郭 南门 羊舌 微生 左丘 西门 第五 谷梁 拓跋 段干'
  ).split(' '),
);
const HAN = /\p{Script=Han}/u;

/** A full name as two parts, the way OneRoster wants it. */
export interface NameParts {
  readonly familyName: string;
  readonly givenName: string;
}

/**
 * Full name of its parts: Chinese ones without a space, family name first; others given name first.
 *
 * @param middleName - `''` when there is none.
 */
export function joinName({ familyName, givenName }: NameParts, middleName = ''): string {
  if (HAN.test(familyName) || HAN.test(givenName)) return `${familyName}${givenName}`;
  return [givenName, middleName, familyName].filter((part) => part !== '').join(' ');
}

/**
 * Parts of a full name. Joined again they give the same name but for rare ones (a space after the family name), which
 * need the full name beside them.
 */
export function splitName(name: string): NameParts {
  if (HAN.test(name)) {
    const characters = [...name];
    const length = DOUBLE_FAMILY_NAMES.has(characters.slice(0, 2).join('')) && characters.length > 2 ? 2 : 1;
    return {
      familyName: characters.slice(0, length).join('').trim(),
      givenName: characters.slice(length).join('').trim(),
    };
  }
  const space = name.lastIndexOf(' ');
  return space === -1
    ? { familyName: name, givenName: '' }
    : { familyName: name.slice(space + 1), givenName: name.slice(0, space) };
}
