const nested = (depth: number): unknown => {
  let value: unknown = "bottom";
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { deeper: value } : [value];
  return value;
};

/** `__proto__` as an own key, as JSON has it. */
const withProto = JSON.parse(
  '{"size": 3, "__proto__": {"size": 99}, "constructor": {"name": "x"}}',
) as object;

/** Bodies as text, because numbers beyond 2^53 and own `__proto__` keys do not survive object literals. */
export const malformedWidgets: readonly { readonly name: string; readonly body: string }[] = [
  { name: "bare", body: "{}" },
  { name: "null-spec", body: '{"spec": null}' },
  { name: "null-list", body: '{"spec": {"size": 1, "parts": null}}' },
  { name: "null-in-list", body: '{"spec": {"size": 1, "parts": [null, {"name": null}, 7, "text", []]}}' },
  { name: "list-for-spec", body: '{"spec": [1, 2, 3]}' },
  { name: "text-for-spec", body: '{"spec": "{{ request.object }}"}' },
  { name: "proto", body: JSON.stringify({ spec: withProto }) },
  { name: "deep", body: JSON.stringify({ spec: { size: 1, tree: nested(100) } }) },
  { name: "beyond", body: '{"spec": {"size": 9007199254740993, "other": 9223372036854775807}}' },
  { name: "further", body: '{"spec": {"size": 9007199254740995}}' },
  { name: "negative", body: '{"spec": {"size": -9223372036854775808, "float": 1e300}}' },
  { name: "long", body: JSON.stringify({ spec: { size: 2, text: "x".repeat(1_000_000) } }) },
  {
    name: "wide",
    body: JSON.stringify({ spec: { size: 2, parts: Array.from({ length: 3_000 }, () => ({})) } }),
  },
  {
    name: "unicode",
    body: JSON.stringify({ spec: { size: 2, parts: [{ name: "\u0000\ud83d\ude00\u202e\ud800" }] } }),
  },
];

/** As long as the API server lets all annotations of an object be together. */
export const longAnnotation = "a".repeat(250_000);
