/** Words whose plural is not made by a rule, or that have none. */
const IRREGULAR: Readonly<Record<string, string>> = {
  ...{
    people: 'person',
    children: 'child',
    men: 'man',
    women: 'woman',
    feet: 'foot',
    mice: 'mouse',
    media: 'media',
  },
  ...{
    news: 'news',
    series: 'series',
    species: 'species',
    data: 'data',
    criteria: 'criterion',
    indices: 'index',
  },
  ...{
    matrices: 'matrix',
    vertices: 'vertex',
    analyses: 'analysis',
    bases: 'base',
    cases: 'case',
    releases: 'release',
  },
  ...{ movies: 'movie', cookies: 'cookie', caches: 'cache', databases: 'database', purchases: 'purchase' },
  ...{ responses: 'response', licenses: 'license', houses: 'house', courses: 'course', expenses: 'expense' },
};

/** The singular of an English noun as it is used in paths: `addresses` is `address`, `status` stays. */
export function singular(word: string): string {
  const known = IRREGULAR[word];
  if (known !== undefined) return known;
  if (/(?:ss|us|is|as|os)$/.test(word) || !word.endsWith('s') || word.length < 4) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ss|x|z|ch|sh|us)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}
