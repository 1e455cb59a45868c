"use strict";
const at = (id) => document.getElementById(id);
const first = `# Everything that can be asked is described in the schema:
# { __schema { types { name description } } }
{
  viewer { name displayName memberships { role study } }
  study(code: "NK510") {
    title
    synthetic
    outcomes {
      sri(at: "MONTH_3") { group { label } numerator denominator estimate lower upper }
    }
    subjects(first: 3) {
      nodes {
        code
        status
        cohort { state value { label } }
        firstDoseOn { value studyDay }
        sri(at: "MONTH_3") { outcome reason criteria { code outcome observed threshold } }
      }
    }
  }
}
`;
at("query").value = first;

async function users() {
  const response = await fetch("/assets/users.json");
  if (!response.ok) return;
  for (const user of await response.json()) {
    const sites = user.sites.length ? ` at ${user.sites.join(", ")}` : "";
    const option = new Option(`${user.name} (${user.role}${sites})`, user.token);
    at("user").add(option);
  }
  if (at("user").options.length > 1) {
    at("user").selectedIndex = 1;
    at("token").value = at("user").value;
  }
}

async function run() {
  let variables = {};
  try {
    variables = JSON.parse(at("variables").value || "{}");
  } catch {
    at("note").textContent = "The variables are no JSON.";
    return;
  }
  at("note").textContent = "";
  const started = performance.now();
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${at("token").value}` },
    body: JSON.stringify({ query: at("query").value, variables }),
  });
  const answer = await response.json();
  at("answer").textContent = JSON.stringify(answer, null, 2);
  at("note").textContent = `${response.status} in ${Math.round(performance.now() - started)} ms`;
}

at("user").addEventListener("change", () => { at("token").value = at("user").value; });
at("run").addEventListener("click", run);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
});
users();
