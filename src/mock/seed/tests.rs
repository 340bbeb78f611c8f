use miette::{GraphicalReportHandler, GraphicalTheme};

use super::*;

/// What a text means, as though it stood in such a file.
fn read(file: &str, text: &str) -> Result<Seed, FileError> {
    document::parse::<Typed>(Path::new(file), text).map(Seed::from)
}

/// How its author sees what is wrong with it, on a narrow terminal.
#[track_caller]
fn refused(file: &str, text: &str) -> String {
    let error = read(file, text).expect_err("this must not pass");
    let (mut words, handler) = (String::new(), GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()));
    handler.with_width(80).with_links(false).render_report(&mut words, &error).expect("a string takes all");
    words.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shipped_seed_is_read_as_it_is_meant() {
    let shop = Seed::shop();
    let [project] = &shop.projects[..] else { panic!("one project: {shop:?}") };
    assert_eq!((shop.api_key.as_str(), project.id.as_str()), ("memoair_pk_busyhour", "proj_shop"));
    assert_eq!(project.agents, ["agent_returns", "agent_orders"]);
    let [ann, bob] = &project.callers[..] else { panic!("two callers: {project:?}") };
    assert_eq!((ann.known.name.as_deref(), ann.known.facts.len()), (Some("Ann"), 2));
    assert_eq!((bob.known.profile.as_deref(), bob.known.facts.len()), (None, 1));
    assert_eq!((project.indexes[0].name.as_str(), project.indexes[0].documents.len()), ("handbook", 2));
}

#[test]
fn json_says_what_toml_says() {
    let toml = read("seed.toml", include_str!("../../../examples/mock/seed.toml")).expect("the shipped seed is sound");
    let value: serde_json::Value =
        toml::from_str(include_str!("../../../examples/mock/seed.toml")).expect("the shipped seed is TOML");
    assert_eq!(read("seed.json", &value.to_string()).expect("the same in JSON"), toml);
    assert_eq!(read("seed", &value.to_string()).expect("a file without a telling name"), toml);
}

#[test]
fn what_is_left_out_has_a_meaning() {
    let seed = read("seed.toml", "[[projects]]\nid = \"p\"\nagents = [\"a\"]\n").expect("this is enough");
    assert_eq!((seed.api_key.as_str(), seed.projects[0].name.as_str()), ("memoair_pk_busyhour", "p"));
}

#[test]
fn a_document_may_be_a_text_or_a_table() {
    let text = "[[projects]]\nid = \"p\"\nagents = [\"a\"]\n[[projects.indexes]]\nname = \"i\"\n\
                documents = [\"One.\", { content = \"Two.\", id = 2 }]\n";
    let seed = read("seed.toml", text).expect("both are fine");
    let documents = &seed.projects[0].indexes[0].documents;
    assert_eq!((&documents[0]["text"], &documents[1]["content"]), (&"One.".into(), &"Two.".into()));
}

macro_rules! refusals {
    ($($name:ident: $file:literal, $text:expr;)+) => {
        $(#[test] fn $name() { insta::assert_snapshot!(refused($file, $text)); })+
    };
}

const HEAD: &str = "[[projects]]\nid = \"p\"\nagents = [\"a\"]\n";

refusals! {
    an_empty_file: "seed.toml", "";
    broken_toml: "seed.toml", "[[projects]]\nid = = 3\n";
    broken_json: "seed.json", "{\"projects\": [\n  {\"id\": \"p\",\n";
    an_unknown_key_in_toml: "seed.toml", &format!("{HEAD}[[projects.callers]]\nid = \"ann\"\nfact = [\"x\"]\n");
    an_unknown_key_in_json: "seed.json", "{\"projects\": [\n  {\"id\": \"p\", \"agent\": [\"a\"]}]}";
    a_missing_key: "seed.toml", "[[projects]]\nid = \"p\"\n";
    a_number_for_a_text: "seed.toml", "[[projects]]\nid = 7\nagents = [\"a\"]\n";
    a_project_without_agents: "seed.toml", "[[projects]]\nid = \"p\"\nagents = []\n";
    a_caller_who_is_there_twice: "seed.toml",
        &format!("{HEAD}[[projects.callers]]\nid = \"ann\"\n\n[[projects.callers]]\nid = \"ann\"\n");
    a_caller_who_is_there_twice_in_json: "seed.json",
        "{\"projects\": [{\"id\": \"p\", \"agents\": [\"a\"],\n  \"callers\": [{\"id\": \"ann\"},\n  {\"id\": \"ann\"}]}]}";
    an_agent_that_is_there_twice: "seed.toml", "[[projects]]\nid = \"p\"\nagents = [\"a\", \"a\"]\n";
    an_id_with_blanks: "seed.toml", &format!("{HEAD}[[projects.callers]]\nid = \" ann\"\n");
    the_organisations_id: "seed.toml", &format!("{HEAD}[[projects.callers]]\nid = \"__org__\"\n");
    a_blank_fact: "seed.toml", &format!("{HEAD}[[projects.callers]]\nid = \"ann\"\nfacts = [\"  \"]\n");
    a_document_without_a_text: "seed.toml",
        &format!("{HEAD}[[projects.indexes]]\nname = \"i\"\ndocuments = [{{ id = \"1\" }}]\n");
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let [missing, binary] = ["missing.toml", "binary.toml"].map(|name| folder.path().join(name));
    std::fs::write(&binary, b"\xff\xfe").expect("the folder is ours");
    for (file, says) in [(missing.as_path(), "can't be read"), (folder.path(), "can't be read"), (&binary, "no UTF-8")]
    {
        let error = Seed::load(file).expect_err("this must not pass").to_string();
        assert!(error.contains(says) && error.contains(&*file.to_string_lossy()), "{error}");
    }
}
