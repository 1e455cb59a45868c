//! The settings of an installation: a closed list, each with its range. None of them turns a check off.

use crate::text;
use policy::Refusal;
use std::ops::RangeInclusive;

/// A setting of the installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SettingKey {
    /// What the installation is called, 1 to 100 characters.
    InstallationName,
    /// Minutes without a request after which a person has to sign in again, 5 to 30.
    SessionIdleMinutes,
    /// Hours after which a person has to sign in again in any case, 1 to 12.
    SessionHours,
    /// Days within which everybody's grants are reviewed, 1 to 90.
    AccessReviewDays,
}

impl SettingKey {
    /// Every setting.
    pub const ALL: [SettingKey; 4] = [
        SettingKey::InstallationName,
        SettingKey::SessionIdleMinutes,
        SettingKey::SessionHours,
        SettingKey::AccessReviewDays,
    ];

    /// The setting's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            SettingKey::InstallationName => "installation.name",
            SettingKey::SessionIdleMinutes => "session.idleMinutes",
            SettingKey::SessionHours => "session.hours",
            SettingKey::AccessReviewDays => "accessReview.days",
        }
    }

    /// The value as long as nobody changed it.
    ///
    /// Sources: sessions end after 15 idle minutes and after 12 hours (P11-25); grants are reviewed every
    /// 90 days (P11-28).
    pub const fn default_value(self) -> &'static str {
        match self {
            SettingKey::InstallationName => "Trialgraph",
            SettingKey::SessionIdleMinutes => "15",
            SettingKey::SessionHours => "12",
            SettingKey::AccessReviewDays => "90",
        }
    }

    /// The setting of a name.
    pub fn parse(name: &str) -> Option<SettingKey> {
        SettingKey::ALL.into_iter().find(|key| key.as_str() == name)
    }

    /// The whole numbers that are allowed; none for a text.
    pub const fn range(self) -> Option<RangeInclusive<u32>> {
        match self {
            SettingKey::InstallationName => None,
            SettingKey::SessionIdleMinutes => Some(5..=30),
            SettingKey::SessionHours => Some(1..=12),
            SettingKey::AccessReviewDays => Some(1..=90),
        }
    }

    /// A value as it is stored.
    ///
    /// # Errors
    /// INVALID_VALUE when it is out of range, REQUIRED when it is blank; `path` names the field.
    pub(crate) fn check(self, path: &str, value: &str) -> Result<String, Refusal> {
        let Some(range) = self.range() else { return text::line(path, value, 100) };
        let value = text::line(path, value, 100)?;
        // One number has one text: no sign, no leading zero.
        match value.parse::<u32>() {
            Ok(number) if range.contains(&number) && number.to_string() == value => Ok(value),
            Ok(_) | Err(_) => {
                let (from, to) = (range.start(), range.end());
                let what =
                    format!("{} is a whole number from {from} to {to}, not \"{value}\"", self.as_str());
                Err(Refusal::invalid(path, what))
            }
        }
    }
}
