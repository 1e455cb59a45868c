//! Flares: the SELENA-SLEDAI flare index and BILAG.

use super::sledai2k::{pga, total};
use super::{Inputs, LineError};
use crate::endpoint::bilag_flare::{self, BilagFlare};
use crate::endpoint::selena_flare::{Compared, SfiFlare, SfiInput, SfiRule, sfi};
use crate::instrument::bilag2004::{Grade, System};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct BilagFlareAnswer {
    flare: BilagFlare,
}

pub(super) fn bilag_flare(inputs: &Inputs<'_>) -> Result<BilagFlareAnswer, LineError> {
    let fields = inputs.fields(&["new_or_worse_grades_by_system"])?;
    let mut grades = [None; 9];
    for (key, node) in fields.required("new_or_worse_grades_by_system")?.entries()? {
        let system =
            System::from_code(&key).ok_or_else(|| node.invalid("there is no such BILAG-2004 system"))?;
        grades[system as usize] = Some(node.choice(&[("A", Grade::A), ("B", Grade::B), ("C", Grade::C)])?);
    }
    Ok(BilagFlareAnswer { flare: bilag_flare::bilag_flare(&grades) })
}

#[derive(Serialize)]
pub(super) struct SfiAnswer {
    flare: Option<SfiFlare>,
}

pub(super) fn sfi_flare(inputs: &Inputs<'_>) -> Result<SfiAnswer, LineError> {
    let fields = inputs.fields(&[
        "sledai_previous",
        "sledai_now",
        "pga_previous",
        "pga_now",
        "prednisone_previous_mg_kg",
        "prednisone_now_mg_kg",
        "new_nsaid_or_hcq",
        "new_immunosuppressant",
        "hospitalised_for_sle",
        "new_or_worse_mild_moderate_manifestation",
        "new_or_worse_severe_manifestation_with_treatment",
    ])?;
    let yes = |key| fields.required(key)?.boolean();
    let input = SfiInput {
        sledai: Compared {
            previous: Some(total(fields.required("sledai_previous")?)?),
            now: Some(total(fields.required("sledai_now")?)?),
        },
        pga: Compared {
            previous: Some(pga(fields.required("pga_previous")?)?),
            now: Some(pga(fields.required("pga_now")?)?),
        },
        prednisone_mg_kg: Compared {
            previous: Some(fields.required("prednisone_previous_mg_kg")?.non_negative()?),
            now: Some(fields.required("prednisone_now_mg_kg")?.non_negative()?),
        },
        new_nsaid_or_hydroxychloroquine: Some(yes("new_nsaid_or_hcq")?),
        new_immunosuppressant: Some(yes("new_immunosuppressant")?),
        hospitalised: Some(yes("hospitalised_for_sle")?),
        mild_moderate_manifestation: Some(yes("new_or_worse_mild_moderate_manifestation")?),
        severe_manifestation: Some(yes("new_or_worse_severe_manifestation_with_treatment")?),
    };
    Ok(SfiAnswer { flare: sfi(&input, &SfiRule::default()).flare })
}
