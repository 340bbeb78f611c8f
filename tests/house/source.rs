//! Files of Rust, and which module each of them is.

use std::path::Path;

/// One file.
pub(crate) struct Source {
    /// Where it is, from the root of the repository.
    pub(crate) path: String,
    /// The module it holds: `["busyhour", "pool", "list"]`.
    pub(crate) module: Vec<String>,
    pub(crate) syntax: syn::File,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path} is not Rust: {error}"));
        Self { path: path.to_owned(), module: module_of(path), syntax }
    }

    /// Whether it is the root of a crate, which opens rooms and is none.
    pub(crate) fn is_root(&self) -> bool {
        self.module.len() == 1
    }
}

/// Every file of the two crates, tests and benchmarks beside them left out.
pub(crate) fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for folder in ["src", "mock-runtime/src"] {
        walk(Path::new(folder), &mut found);
    }
    assert!(found.len() > 100, "the two crates have more than {} files: look for them elsewhere", found.len());
    found
}

fn walk(folder: &Path, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).expect("cargo runs tests in the package's folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("sources are text");
            found.push(Source::new(path.to_str().expect("our names are ASCII"), &text));
        }
    }
}

fn module_of(path: &str) -> Vec<String> {
    let (package, file) = path.split_once("src/").expect("sources are below a folder src");
    let root = if package.starts_with("mock-runtime") { "mock_runtime" } else { "busyhour" };
    let steps = file.trim_end_matches(".rs").split('/');
    let steps = steps.filter(|step| !["mod", "lib", "main"].contains(step));
    std::iter::once(root).chain(steps).map(str::to_owned).collect()
}
