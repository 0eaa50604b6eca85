/* What JavaScript adds; every page works without it. By attributes:
   data-theme-choice, data-copy, data-print     the preferences, the clipboard, paper
   form[data-live="#id"]      what is typed is sent in the background, #id of the answer takes its place
   [id][data-poll="seconds"]  the page is fetched again and this part of it replaced, until it stops asking
   form[data-confirm="text"]  asks first; data-yes and data-no are what the buttons say
   form[data-autosave="url"]  what is typed is kept in the background, and data-kept says so
   [data-key="k"]             pressed or followed by a key, while no field has the focus
   input[data-shows="id"]     writes the value of a slider into an output, as data-written says
   [data-check-all="name"]    ticks every box of that name
   form[data-upload]          a form with a file says in [data-uploading] how much of it is sent */
"use strict";

(() => {
  const root = document.documentElement;
  const form = document.getElementById("application");
  const year = 365 * 24 * 3600;

  for (const link of document.querySelectorAll("[data-theme-choice]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const theme = link.dataset.themeChoice;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      root.dataset.theme = theme;
      document.cookie = `lw_theme=${theme}; Path=/; Max-Age=${year}; SameSite=Lax${secure}`;
      document.querySelector(theme === "dark" ? ".to-light" : ".to-dark").focus();
    });
  }

  // A long menu begins where one is.
  const inner = document.querySelector(".office-menu-inner");
  const here = inner?.querySelector("li [aria-current]");
  if (here) {
    const below = here.getBoundingClientRect().bottom - inner.getBoundingClientRect().bottom;
    if (below > 0) inner.scrollTop += below + 48;
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    // The clipboard exists only where the connection is secure.
    button.parentElement.hidden = false;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.done;
    });
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }

  /* Parts of a page that change without the page. */
  root.classList.add("scripted");
  const later = (wait, act) => {
    let timer;
    return (...given) => {
      clearTimeout(timer);
      timer = setTimeout(() => act(...given), wait);
    };
  };
  const fetchPage = async (url, options = {}) => {
    const answer = await fetch(url, { ...options, headers: { "X-Fragment": "1", Accept: "text/html" }, credentials: "same-origin" });
    if (answer.redirected && new URL(answer.url).pathname === "/sign-in") location.assign(answer.url);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };
  const replace = (id, page) => {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (!old || !fresh) return;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const open = new Set([...old.querySelectorAll("details[open][id]")].map((one) => one.id));
    old.replaceWith(document.adoptNode(fresh));
    for (const one of fresh.querySelectorAll("details[id]")) if (open.has(one.id)) one.open = true;
    if (focused) document.getElementById(focused)?.focus();
    furnish(fresh);
  };

  const makeLive = (live) => {
    let last = 0;
    const send = later(150, async () => {
      const turn = ++last;
      const values = new URLSearchParams(new FormData(live));
      const post = live.method === "post";
      const ids = live.dataset.live.split(" ").map((one) => one.replace("#", ""));
      ids.forEach((id) => document.getElementById(id)?.setAttribute("aria-busy", "true"));
      const address = new URL(live.action);
      if (!post) address.search = values;
      const page = await fetchPage(address, post ? { method: "POST", body: values } : {});
      if (turn === last) ids.forEach((id) => replace(id, page));
    });
    live.addEventListener("input", send);
  };

  const makePolled = (part) => {
    setTimeout(async () => {
      if (!part.isConnected) return;
      if (document.hidden || part.contains(document.activeElement)) makePolled(part);
      else replace(part.id, await fetchPage(part.dataset.pollFrom || location.href));
    }, 1000 * Number(part.dataset.poll));
  };

  const makeAsking = (asking) => {
    asking.addEventListener("submit", (event) => {
      if ("asked" in asking.dataset) return;
      event.preventDefault();
      const dialog = document.createElement("dialog");
      const text = document.createElement("p");
      const row = document.createElement("p");
      const [no, yes] = ["no", "yes"].map((name) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = name === "no" ? "button quiet" : "button";
        button.textContent = asking.dataset[name];
        row.append(button);
        return button;
      });
      dialog.className = "asking";
      text.id = "asking";
      dialog.setAttribute("aria-labelledby", "asking");
      row.className = "row";
      text.textContent = asking.dataset.confirm;
      dialog.append(text, row);
      document.body.append(dialog);
      dialog.addEventListener("close", () => dialog.remove());
      no.addEventListener("click", () => dialog.close());
      yes.addEventListener("click", () => {
        asking.dataset.asked = "";
        dialog.close();
        asking.requestSubmit(event.submitter);
      });
      dialog.showModal();
    });
  };

  const makeKept = (kept) => {
    const said = kept.querySelector("[data-kept]");
    kept.addEventListener("input", later(600, async () => {
      const answer = await fetch(kept.dataset.autosave, { method: "POST", body: new URLSearchParams(new FormData(kept)), credentials: "same-origin" });
      if (said && answer.ok) said.textContent = said.dataset.kept;
    }));
  };

  const makeShown = (slider) => {
    const output = document.getElementById(slider.dataset.shows);
    const numbers = new Intl.NumberFormat(root.lang === "ru" ? "ru-RU" : "en-GB", { maximumFractionDigits: 6 });
    const named = slider.dataset.written ? slider.dataset.written.split("|") : null;
    const write = () => {
      const value = Number(slider.value);
      output.textContent = named ? named[value - Number(slider.min)] ?? slider.value : numbers.format(value);
    };
    slider.addEventListener("input", write);
  };

  const makeUploaded = (form) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const shown = form.querySelector("[data-uploading]");
      const bar = shown.querySelector("progress");
      const sending = new XMLHttpRequest();
      shown.hidden = false;
      sending.upload.addEventListener("progress", (how) => {
        bar.max = how.total;
        bar.value = how.loaded;
      });
      sending.addEventListener("load", () => {
        if (sending.status < 400) return location.assign(sending.responseURL);
        shown.hidden = true;
        replace("main", new DOMParser().parseFromString(sending.responseText, "text/html"));
      });
      sending.addEventListener("error", () => form.submit());
      sending.open("POST", form.action);
      sending.send(new FormData(form, event.submitter));
    });
  };

  const makeChecker = (checker) => {
    checker.addEventListener("change", () => {
      for (const box of document.getElementsByName(checker.dataset.checkAll)) box.checked = checker.checked;
    });
  };

  const FURNITURE = [
    ["form[data-live]", makeLive],
    ["[data-poll]", makePolled],
    ["form[data-confirm]", makeAsking],
    ["form[data-autosave]", makeKept],
    ["input[data-shows]", makeShown],
    ["[data-check-all]", makeChecker],
    ["form[data-upload]", makeUploaded],
  ];
  const furnish = (part) => {
    for (const [selector, make] of FURNITURE) {
      if (part.matches?.(selector)) make(part);
      part.querySelectorAll(selector).forEach(make);
    }
  };
  furnish(document);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
    const wanted = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
    if (!wanted) return;
    event.preventDefault();
    wanted.click();
  });

  if (!form) return;
  const summary = document.getElementById("summary");
  const list = summary.querySelector("ul");
  const fields = [...form.querySelectorAll("[data-field]")];
  const decimal = form.dataset.decimal;
  const written = new Intl.NumberFormat(form.dataset.languageCode === "ru" ? "ru-RU" : "en-GB", { maximumFractionDigits: 9 });

  /* The same reading of numbers as the server's. */
  const readNumber = (text) => {
    let compact = text.replace(/[\s\u00a0\u2007\u202f'’]/g, "").replace("−", "-");
    if (decimal === ",") compact = compact.replaceAll(",", ".");
    else if (/^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(compact)) compact = compact.replaceAll(",", "");
    return /^[+-]?\d{1,15}(\.\d{1,9})?$/.test(compact) ? Number(compact) : null;
  };

  const controls = (field) => [...field.querySelectorAll("input, select")];
  const valueOf = (field) => {
    if (field.dataset.kind !== "choices") return field.querySelector("input, select").value.trim();
    const chosen = field.querySelector("input:checked");
    return chosen ? chosen.value : "";
  };
  const insteadOf = (field) => {
    const select = field.querySelector(".instead + select");
    return select ? select.value : "";
  };

  const problemOf = (field) => {
    const { kind, missing, type, range, minimum, maximum } = field.dataset;
    const value = valueOf(field);
    if (insteadOf(field)) return "";
    if (!value) return "required" in field.dataset ? missing : "";
    if (kind === "date" && ((minimum && value < minimum) || (maximum && value > maximum))) return range;
    if (kind !== "number") return "";
    const number = readNumber(value);
    if (number === null || ("whole" in field.dataset && !Number.isInteger(number))) return type;
    return (minimum && number < Number(minimum)) || (maximum && number > Number(maximum)) ? range : "";
  };

  const show = (field, problem) => {
    const error = document.getElementById(`${field.dataset.field}-error`);
    const described = field.dataset.kind === "choices" ? field : field.querySelector("input, select");
    const others = (described.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== error.id);
    error.hidden = !problem;
    error.querySelector("span").textContent = problem;
    field.classList.toggle("wrong", Boolean(problem));
    if (problem) described.setAttribute("aria-invalid", "true");
    else described.removeAttribute("aria-invalid");
    described.setAttribute("aria-describedby", (problem ? [error.id, ...others] : others).join(" "));
  };

  const complain = (field, problem) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${field.dataset.field}`;
    link.textContent = field.dataset.title;
    item.append(link, `: ${problem}`);
    list.append(item);
  };

  const group = (field) => {
    const input = field.querySelector("input[type=text]");
    const number = input ? readNumber(input.value) : null;
    if (number !== null && Math.abs(number) >= 1000) input.value = written.format(number);
  };

  for (const field of fields) {
    field.addEventListener("change", () => {
      group(field);
      if (field.classList.contains("wrong") || valueOf(field)) show(field, problemOf(field));
    });
  }

  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    document.getElementById(link.hash.slice(1)).focus();
  });

  const button = form.querySelector("button[type=submit]");
  const label = button.textContent;
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "later") return;
    const problems = fields.map((field) => [field, problemOf(field)]);
    list.replaceChildren();
    for (const [field, problem] of problems) {
      show(field, problem);
      if (problem) complain(field, problem);
    }
    summary.hidden = list.childElementCount === 0;
    if (!summary.hidden) {
      event.preventDefault();
      summary.focus();
    } else if (sent) {
      event.preventDefault();
    } else {
      sent = true;
      button.setAttribute("aria-disabled", "true");
      button.textContent = button.dataset.busy;
    }
  });
  window.addEventListener("pageshow", () => {
    sent = false;
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });

  /* Answers survive a change of language: they wait in this tab for one page load. */
  const waiting = `answers ${location.pathname}`;
  const kept = sessionStorage.getItem(waiting);
  sessionStorage.removeItem(waiting);
  for (const [name, value] of kept ? JSON.parse(kept) : []) {
    for (const control of form.elements) {
      if (control.name !== name || control.type === "hidden") continue;
      if (control.type === "radio") control.checked = control.value === value;
      else control.value = value;
    }
  }
  fields.forEach(group);
  for (const link of document.querySelectorAll("[data-language]")) {
    link.addEventListener("click", () => {
      const answers = fields.flatMap(controls).filter((control) => control.type !== "radio" || control.checked);
      const pairs = answers.map((control) => {
        const number = control.type === "text" ? readNumber(control.value) : null;
        return [control.name, number === null ? control.value : String(number)];
      });
      sessionStorage.setItem(waiting, JSON.stringify(pairs));
    });
  }
  if (!summary.hidden) summary.focus();
})();
