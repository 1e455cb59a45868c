//! What the attribute reports, and what it leaves behind.

use super::*;

#[test]
fn every_problem_is_reported_and_the_block_survives() {
    let text = object(
        quote!(name = "Tree"),
        quote! {
            /// A tree.
            impl Tree {
                /// Has no group.
                fn no_group(&self) -> i32 { 1 }
                #[group(Structure)]
                fn no_doc(&self, #[default(4)] points: i32) -> i32 { points }
                /// Waits.
                #[group(Structure)]
                async fn waits(&self) -> i32 { 1 }
                /// Returns nothing.
                #[group(Structure)]
                fn nothing(&self) {}
                /// Takes itself.
                #[group(Structure)]
                fn takes(self) -> i32 { 1 }
                #[skip]
                fn no_field() {}
            }
        },
    )
    .to_string();
    for problem in [
        "field `noGroup` names no data group",
        "field `noDoc` has no description",
        "fields of a sync object are not async",
        "field `nothing` returns nothing",
        "`takes` does not take `&self`",
    ] {
        assert!(text.contains(problem), "{problem} is missing in {text}");
    }
    for kept in ["fn no_group", "fn no_doc (& self , points : i32)", "fn no_field"] {
        assert!(text.contains(kept), "{kept} is missing in {text}");
    }
    for gone in ["# [group", "# [default", "# [skip", "impl :: objects"] {
        assert!(!text.contains(gone), "{gone} is left in {text}");
    }
}

#[test]
fn names_are_camel_case() {
    for (rust, graphql) in
        [("id", "id"), ("first_dose_on", "firstDoseOn"), ("r#type", "type"), ("c3_change", "c3Change")]
    {
        assert_eq!(parse::camel_case(rust), graphql);
    }
}
