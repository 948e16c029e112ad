// The same call as a program makes it: with curl, Python and JavaScript.

export const KINDS = ["curl", "python", "javascript"];

// A call: {address, file, fields, format: {name, extension}, signed}. Each value of `fields` is text.
export function snippet(kind, call) {
  return { curl, python, javascript }[kind](call);
}

// The fields of a call, with the wanted result among them. A password is not shown.
function fieldsOf({ fields, format }) {
  const shown = { ...fields, outputFormats: format.name };
  return Object.entries(shown).map(([name, value]) => [name, name === "password" ? "PASSWORD" : value]);
}

function resultName({ file, format }) {
  return `${file.replace(/\.[^.]*$/, "") || "document"}.${format.extension}`;
}

function curl(call) {
  const { address, file, format, signed } = call;
  const key = signed ? ` -H "Authorization: Bearer $TOKEN"` : "";
  const given = fieldsOf(call).map(([name, value]) => ` \\\n  --form-string ${quoted(`${name}=${value}`)}`).join("");
  return `# Send the document. The answer names its job.
id=$(curl -sS --fail-with-body${key} -F ${quoted(`file=@"${file.replace(/[\\"]/g, "\\$&")}"`)}${given} \\
  ${quoted(`${address}/jobs`)} | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
# Watch it. This ends when the document is read.
curl -sSN --fail-with-body${key} "${address}/jobs/$id/events"
# Take the result.
curl -sS --fail-with-body${key} -o ${quoted(resultName(call))} "${address}/jobs/$id/result.${format.extension}"
`;
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function python(call) {
  const { address, file, format, signed } = call;
  const fields = fieldsOf(call).map(([name, value]) => `    ${literal(name)}: ${literal(value)},\n`).join("");
  const imports = signed ? "import os\n\nimport requests" : "import requests";
  const key = signed ? `session.headers["Authorization"] = "Bearer " + os.environ["TOKEN"]\n` : "";
  return `${imports}

session = requests.Session()
${key}address = ${literal(`${address}/jobs`)}
fields = {
${fields}}

with open(${literal(file)}, "rb") as file:  # send the document
    answer = session.post(address, files={"file": file}, data=fields)
answer.raise_for_status()
job = f"{address}/{answer.json()['id']}"

with session.get(f"{job}/events", stream=True) as events:  # ends when the document is read
    for line in events.iter_lines():
        print(line.decode())

result = session.get(f"{job}/result.${format.extension}")  # take the result
result.raise_for_status()
with open(${literal(resultName(call))}, "wb") as file:
    file.write(result.content)
`;
}

// JSON's texts are texts of Python and JavaScript too.
function literal(text) {
  return JSON.stringify(text);
}

function javascript(call) {
  const { address, format, signed } = call;
  const appended = fieldsOf(call).map(([name, value]) => `form.append(${literal(name)}, ${literal(value)});\n`).join("");
  const key = signed ? "const headers = { Authorization: `Bearer ${token}` };\n" : "";
  const get = signed ? ", { headers }" : "";
  const post = signed ? `{ method: "POST", body: form, headers }` : `{ method: "POST", body: form }`;
  return `// file: a File, for example of <input type="file">
const address = ${literal(`${address}/jobs`)};
${key}const form = new FormData();
form.append("file", file);
${appended}
const sent = await fetch(address, ${post}); // send the document
if (!sent.ok) throw new Error((await sent.json()).errorMsg);
const { id } = await sent.json();

await (await fetch(\`\${address}/\${id}/events\`${get})).text(); // ends when the document is read

const result = await fetch(\`\${address}/\${id}/result.${format.extension}\`${get}); // take the result
if (!result.ok) throw new Error((await result.json()).errorMsg);
const content = await result.blob();
`;
}
