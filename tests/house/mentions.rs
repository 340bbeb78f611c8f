//! Which paths a file names, made absolute: in `use` declarations, expressions, types, and inside macros.
//!
//! Names a module imports stand for what they were imported as, so `Instant::now` after `use std::time::Instant` is
//! found as `std::time::Instant::now`. A name imported within a function counts for its whole module, which can only
//! find too much. Doc comments are not code and not read.

use std::collections::BTreeMap;

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, UseTree};

use crate::source::Source;

/// A path as it was named somewhere.
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    /// Whether only tests are compiled with it, as far as the file itself says.
    pub(crate) in_test: bool,
}

/// What one file says.
pub(crate) struct Reading {
    pub(crate) mentions: Vec<Mention>,
    /// Modules it declares for tests only.
    pub(crate) test_modules: Vec<Vec<String>>,
}

pub(crate) fn read(source: &Source) -> Reading {
    let mut reader = Reader {
        module: source.module.clone(),
        imported: vec![BTreeMap::new()],
        in_test: false,
        reading: Reading { mentions: Vec::new(), test_modules: Vec::new() },
    };
    reader.learn_imports(&source.syntax.items);
    reader.visit_file(&source.syntax);
    reader.reading
}

struct Reader {
    module: Vec<String>,
    /// What names stand for, a map for each module around this place, innermost last.
    imported: Vec<BTreeMap<String, Vec<String>>>,
    in_test: bool,
    reading: Reading,
}

impl Reader {
    /// Imports count from the start of their module, wherever they stand in it.
    fn learn_imports(&mut self, items: &[Item]) {
        for item in items {
            if let Item::Use(declaration) = item {
                self.learn(declaration);
            }
        }
    }

    /// Remembers what a declaration imports, and gives back the paths.
    fn learn(&mut self, declaration: &ItemUse) -> Vec<Vec<String>> {
        let mut leaves = Vec::new();
        flatten(&declaration.tree, &mut Vec::new(), &mut leaves);
        let names = self.imported.last_mut().expect("a file is a module");
        for (name, path) in &mut leaves {
            *path = rooted(&self.module, path);
            if *name != "_" && *name != "*" {
                names.insert(name.clone(), path.clone());
            }
        }
        leaves.into_iter().map(|(_, path)| path).collect()
    }

    /// The path from its crate's root, following imported names.
    fn resolve(&self, path: &[String]) -> Vec<String> {
        let mut path = rooted(&self.module, path);
        for _ in 0..MOST_ALIASES {
            let Some(meaning) = self.imported.iter().rev().find_map(|names| names.get(&path[0])) else { break };
            if meaning[0] == path[0] {
                break;
            }
            path.splice(0..1, meaning.iter().cloned());
        }
        path
    }

    fn mention(&mut self, path: &[String], line: usize) {
        let path = self.resolve(path);
        self.reading.mentions.push(Mention { path, line, in_test: self.in_test });
    }

    /// Reads the tokens of a macro, which need not be Rust, for anything that looks like a path.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut line = 0;
        let mut before = String::new();
        for token in tokens {
            match &token {
                TokenTree::Ident(name) if before == "::" && !path.is_empty() => path.push(name.to_string()),
                TokenTree::Ident(name) => {
                    self.end_path(&mut path, line);
                    line = name.span().start().line;
                    if before != "." {
                        path.push(name.to_string());
                    }
                }
                TokenTree::Punct(colon) if colon.as_char() == ':' => {}
                TokenTree::Group(group) => {
                    self.end_path(&mut path, line);
                    self.read_tokens(group.stream());
                }
                _ => self.end_path(&mut path, line),
            }
            before = following(&before, &token);
        }
        self.end_path(&mut path, line);
    }

    fn end_path(&mut self, path: &mut Vec<String>, line: usize) {
        if !path.is_empty() {
            self.mention(&std::mem::take(path), line);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let around = self.in_test;
        self.in_test |= attributes(item).iter().any(is_for_tests);
        visit::visit_item(self, item);
        self.in_test = around;
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.module.push(module.ident.to_string());
        match &module.content {
            Some((_, items)) => {
                self.imported.push(BTreeMap::new());
                self.learn_imports(items);
                visit::visit_item_mod(self, module);
                self.imported.pop();
            }
            None if self.in_test => self.reading.test_modules.push(self.module.clone()),
            None => {}
        }
        self.module.pop();
    }

    fn visit_item_use(&mut self, declaration: &'ast ItemUse) {
        let line = declaration.span().start().line;
        for path in self.learn(declaration) {
            self.mention(&path, line);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let steps: Vec<String> = path.segments.iter().map(|step| step.ident.to_string()).collect();
        self.mention(&steps, path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.read_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

/// Every leaf of a `use`, with the name it is known by.
fn flatten(tree: &UseTree, stem: &mut Vec<String>, leaves: &mut Vec<(String, Vec<String>)>) {
    let mut leaf = |name: String, last: String| {
        let mut path = stem.clone();
        path.push(last);
        // `self` in a group means what stands before the group.
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = if name == "self" { path.last().cloned().unwrap_or(name) } else { name };
        leaves.push((name, path));
    };
    match tree {
        UseTree::Name(name) => leaf(name.ident.to_string(), name.ident.to_string()),
        UseTree::Rename(renamed) => leaf(renamed.rename.to_string(), renamed.ident.to_string()),
        UseTree::Glob(_) => leaf("*".to_owned(), "*".to_owned()),
        UseTree::Path(path) => {
            stem.push(path.ident.to_string());
            flatten(&path.tree, stem, leaves);
            stem.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, stem, leaves)),
    }
}

/// The path with `crate`, `self` and `super` put into words; others stay as they are.
fn rooted(module: &[String], path: &[String]) -> Vec<String> {
    let ups = path.iter().take_while(|step| *step == "super").count();
    let stem = match path[0].as_str() {
        "crate" => &module[..1],
        "self" => module,
        "super" => &module[..module.len().saturating_sub(ups).max(1)],
        _ => return path.to_vec(),
    };
    stem.iter().chain(&path[ups.max(1)..]).cloned().collect()
}

/// What stands before the next token, as far as paths care: `.`, a single colon, `::`, or something else.
fn following(before: &str, token: &TokenTree) -> String {
    let TokenTree::Punct(mark) = token else { return String::new() };
    match (mark.as_char(), mark.spacing()) {
        (':', _) if before == ":" => "::".to_owned(),
        (':', Spacing::Joint) => ":".to_owned(),
        ('.', Spacing::Alone) => ".".to_owned(),
        _ => String::new(),
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|what| what.is_ident("test"))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Names that stand for names that stand for names; more than this is a circle.
const MOST_ALIASES: usize = 8;
