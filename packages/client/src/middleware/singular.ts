/** Words that no rule gets right, each after its plural. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  [
    'people person, children child, men man, women woman, feet foot, teeth tooth, mice mouse, criteria criterion',
    'indices index, matrices matrix, vertices vertex, analyses analysis, diagnoses diagnosis, hypotheses hypothesis',
    'theses thesis, crises crisis, synopses synopsis, axes axis, quizzes quiz, gases gas, lenses lens, aliases alias',
    'canvases canvas, biases bias, atlases atlas, movies movie, cookies cookie, selfies selfie, calories calorie',
    'ties tie, pies pie, lies lie, caches cache, headaches headache, niches niche, uses use, abuses abuse',
    'excuses excuse, shoes shoe, toes toe, canoes canoe, menus menu, gurus guru, apis api, kpis kpi, wikis wiki',
    'taxis taxi, emojis emoji, shelves shelf, knives knife, wives wife, wolves wolf, halves half, leaves leaf, loaves loaf, lives life, selves self, thieves thief',
  ]
    .join(', ')
    .split(', ')
    .map((pair) => pair.split(' ') as [plural: string, one: string]),
);

/** Words in s that are no plurals, or are meant as a whole. */
const AS_IT_STANDS: ReadonlySet<string> = new Set(
  [
    'news series species settings analytics statistics logistics diagnostics graphics economics physics ethics',
    'gas bus gps sms mms dns tls css ios pos cms rss aws sos yes atlas canvas alias bias chaos kudos cosmos',
    'iris debris tennis premises headquarters goods means lens kubernetes https devops mathematics mechanics',
  ]
    .join(' ')
    .split(' '),
);

/** The singular of an English noun as it is used in paths: `addresses` is `address`, `status` stays. */
export function singular(word: string): string {
  // Of `billing_addresses` only the last word is bent.
  const start = word.lastIndexOf('_') + 1;
  return word.slice(0, start) + singularOf(word.slice(start));
}

function singularOf(word: string): string {
  const known = IRREGULAR.get(word);
  if (known !== undefined) return known;
  if (!word.endsWith('s') || word.length < 3 || AS_IT_STANDS.has(word)) return word;
  if (/(?:ss|us|[sx]is)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ss|x|zz|tz|ch|sh|[^ao]us|o)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}
