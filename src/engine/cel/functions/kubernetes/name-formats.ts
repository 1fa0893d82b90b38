/** The formats of names, with the problems that Kubernetes reports. */

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = `${label}(\\.${label})*`;
const label1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const qualified = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

const labelForm = new RegExp(`^${label}$`);
const subdomainForm = new RegExp(`^${subdomain}$`);
const label1035Form = new RegExp(`^${label1035}$`);
const qualifiedForm = new RegExp(`^${qualified}$`);

const maxLabel = 63;
const maxSubdomain = 253;

function regexProblem(message: string, pattern: string, ...examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(" or ");
  return `${message} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

function lengthProblems(text: string, maxLength: number): readonly string[] {
  return text.length > maxLength ? [`must be no more than ${maxLength} bytes`] : [];
}

const labelCharacters =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', " +
  "and must start and end with an alphanumeric character";

/** A DNS label. Long texts are not matched: nothing of that length is one. */
export function dnsLabelProblems(text: string): readonly string[] {
  const tooLong = lengthProblems(text, maxLabel);
  if (text.length > maxSubdomain) return tooLong;
  if (labelForm.test(text)) return tooLong;
  if (subdomainForm.test(text)) return [...tooLong, "must not contain dots"];
  return [...tooLong, regexProblem(labelCharacters, label, "my-name", "123-abc")];
}

export function dnsSubdomainProblems(text: string): readonly string[] {
  const tooLong = lengthProblems(text, maxSubdomain);
  if (tooLong.length > 0 || subdomainForm.test(text)) return tooLong;
  return [
    regexProblem(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
        "and must start and end with an alphanumeric character",
      subdomain,
      "example.com",
    ),
  ];
}

export function dns1035LabelProblems(text: string): readonly string[] {
  const tooLong = lengthProblems(text, maxLabel);
  if (tooLong.length > 0 || label1035Form.test(text)) return tooLong;
  return [
    regexProblem(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', " +
        "start with an alphabetic character, and end with an alphanumeric character",
      label1035,
      "my-name",
      "abc-123",
    ),
  ];
}

/** A name that something may be appended to: it may end with a dash. */
export function asPrefix(problems: (text: string) => readonly string[]): (text: string) => readonly string[] {
  return (text) => problems(text.length > 1 && text.endsWith("-") ? `${text.slice(0, -1)}a` : text);
}

const qualifiedCharacters =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** A label key: a name, with a subdomain before it or not. */
export function qualifiedNameProblems(text: string): readonly string[] {
  const parts = text.split("/");
  if (parts.length > 2) {
    const problem = regexProblem(
      `a qualified name ${qualifiedCharacters}`,
      qualified,
      "MyName",
      "my.name",
      "123-abc",
    );
    return [`${problem} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts.at(-1) ?? "";
  const problems: string[] = [];
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix === "") problems.push("prefix part must be non-empty");
  else if (prefix !== undefined) {
    problems.push(...dnsSubdomainProblems(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (name === "") problems.push("name part must be non-empty");
  else problems.push(...lengthProblems(name, maxLabel).map((problem) => `name part ${problem}`));
  if (name.length <= maxLabel && !qualifiedForm.test(name)) {
    problems.push(
      `name part ${regexProblem(qualifiedCharacters, qualified, "MyName", "my.name", "123-abc")}`,
    );
  }
  return problems;
}

export function labelValueProblems(text: string): readonly string[] {
  const tooLong = lengthProblems(text, maxLabel);
  if (tooLong.length > 0 || text === "" || qualifiedForm.test(text)) return tooLong;
  return [
    regexProblem(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " +
        "and must start and end with an alphanumeric character",
      `(${qualified})?`,
      "MyValue",
      "my_value",
      "12345",
    ),
  ];
}
