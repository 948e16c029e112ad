// Shows the description of this server, and asks for a token where the server wants one. The token is kept in the storage of
// this tab, which ends with the tab. It is sent to this server alone: the page may load nothing from elsewhere.
const KEPT = "ppocr-server token";
const form = document.getElementById("ask");
const problem = document.getElementById("problem");

function signed(headers, token) {
  return token && !headers.Authorization ? { ...headers, Authorization: `Bearer ${token}` } : headers;
}

function show(description, token) {
  SwaggerUIBundle({
    // Requests go to where the page came from. The browser lets this page ask no other server.
    spec: { ...description, servers: [{ url: new URL(".", location.href).href.replace(/\/$/, "") }] },
    dom_id: "#swagger-ui",
    deepLinking: true,
    // Its default sends the address of the document to a public server.
    validatorUrl: null,
    requestInterceptor: (request) => ({ ...request, headers: signed(request.headers, token) }),
  });
}

async function load(token) {
  problem.textContent = "";
  let answer;
  try {
    answer = await fetch("openapi.json", { headers: signed({}, token) });
  } catch (error) {
    problem.textContent = "The server does not answer.";
    return;
  }
  form.hidden = answer.status !== 401;
  if (answer.status === 401) {
    sessionStorage.removeItem(KEPT);
    problem.textContent = token ? "The server does not know this token." : "";
  } else if (!answer.ok) {
    problem.textContent = `The server answered with status ${answer.status}.`;
  } else {
    if (token) {
      sessionStorage.setItem(KEPT, token);
    }
    show(await answer.json(), token);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  load(document.getElementById("token").value.trim());
});
load(sessionStorage.getItem(KEPT) ?? "");
