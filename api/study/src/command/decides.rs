//! The form that every command shares: open the desk, run, hand over what was laid down.

/// Implements `Decide` for a command that has `run(&self, &mut Desk, &Side)`.
macro_rules! decides {
    ($type:ident as $act:ident $(, heads = $heads:expr)? $(, identities = |$it:ident| $identities:expr)?) => {
        impl $crate::command::Decide for $type {
            fn act(&self) -> policy::Act {
                policy::Act::$act
            }

            fn input(&self) -> serde_json::Value {
                // A struct of ours with text keys always has a JSON form.
                serde_json::to_value(self).unwrap_or_default()
            }

            $(fn heads(&self) -> $crate::command::Heads {
                $heads
            })?

            $(fn identities(&self) -> Vec<uuid::Uuid> {
                let $it = self;
                $identities
            })?

            fn decide(
                &self,
                actor: &policy::Actor,
                at: &policy::Moment,
                study: &std::sync::Arc<$crate::Snapshot>,
                side: &policy::Side,
            ) -> Result<policy::Decision, policy::Refusal> {
                let mut desk = $crate::command::Desk::open(policy::Act::$act, actor, at, study)?;
                self.run(&mut desk, side)?;
                Ok(desk.done())
            }
        }
    };
}

pub(crate) use decides;
