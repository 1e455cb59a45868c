//! Clinical instruments, endpoints, escalation designs and statistics as pure functions.
//!
//! No input or output, no clock, no async, no database: what is not known comes in as `None` and stays unknown ([`logic`]).
//! One rule, one file: its definition in words, its source, its constants, one function. [`catalogue`] lists the rules with
//! their versions, [`parameters`] what a protocol chooses, [`line`] answers them as JSON lines.
//!
//! # Where is ...?
//!
//! | endpoint | file | published definition |
//! |---|---|---|
//! | SLEDAI-2K, bounds, major organs | [`instrument::sledai2k`] | Bombardier 1992; Gladman 2002, table of descriptors; Touma 2010, window of 30 days |
//! | SLEDAI-2K as the laboratory suggests it | [`instrument::sledai2k_suggestion`] | Gladman 2002, definitions of the laboratory descriptors |
//! | change in SLEDAI-2K | [`endpoint::sledai_change`] | protocol outcome 6 |
//! | BILAG-2004 items | [`instrument::bilag2004::items`] | index form, revision of 1 September 2009 |
//! | BILAG-2004 grades of the clinical systems | [`instrument::bilag2004::grade`] | Isenberg 2005; Yee 2007, scoring of systems 1 to 7 |
//! | renal grade | [`instrument::bilag2004::renal`] | the same, system 8 |
//! | haematological grade | [`instrument::bilag2004::haematological`] | the same, system 9 |
//! | numerical score | [`instrument::bilag2004::numeric`] | Yee 2010 |
//! | systems tally | [`instrument::bilag2004::tally`] | Cresswell 2009; Yee 2012 |
//! | PGA | [`instrument::pga`] | visual scale of 0 to 3 |
//! | SRI-4 to SRI-8 | [`endpoint::sri4`] | Furie 2009, definition of the responder index |
//! | response that is not evaluable | [`endpoint::missing`] | ICH E9(R1), missing data |
//! | treatment failure | [`endpoint::treatment_failure`] | ICH E9(R1), strategies for intercurrent events |
//! | BICLA | [`endpoint::bicla`] | Wallace 2011, 2014 |
//! | LLDAS | [`endpoint::lldas`] | Franklyn 2016, table of the definition; Golder 2016, 2019; Oon 2019 |
//! | DORIS remission | [`endpoint::doris`] | van Vollenhoven 2021, recommendations; 2017 for the older wording |
//! | time in a state, sustained, first time | [`endpoint::duration`] | LLDAS-50 as in Franklyn 2016 and later cohorts |
//! | SELENA-SLEDAI flare index | [`endpoint::selena_flare`] | Petri 1999; Buyon 2005, table of flares; Thanou 2014 |
//! | BILAG flare | [`endpoint::bilag_flare`] | Gordon 2003; Isenberg 2011; Morand 2020 for the trial variant |
//! | prednisone equivalent | [`medication::prednisone_equivalent`], factors in `medication::steroid_record` | Meikle and Tyler 1977 |
//! | stable and maintenance background | [`medication::background`] | Golder 2016, ceilings; van Vollenhoven 2021 |
//! | DLT window, evaluability, adjudication | [`safety::dlt`] | protocol outcome 3 |
//! | Dose received in the DLT period | [`safety::dose_received`] | protocol outcome 3 |
//! | DLT criteria | [`safety::dlt_criteria`] | protocol; pattern of registered trials of NK cells |
//! | 3+3 | [`escalation::three_plus_three`] | Storer 1989 |
//! | BOIN, maximum tolerated dose | [`escalation::boin`] | Liu and Yuan 2015 |
//! | keyboard (mTPI-2) | [`escalation::keyboard`] | Yan 2017; Guo 2017 |
//! | pause and stopping rules | [`safety::stopping`], [`statistics::beta_binomial`] | protocol, R-SENT to R-BAYES |
//! | CRS and ICANS grades | [`safety::astct`] | Lee 2019, consensus tables |
//! | treatment-emergent events | [`safety::treatment_emergent`] | ICH E9, E2A |
//! | incidence by class, term and grade | [`safety::incidence`] | ICH E2A; protocol outcome 2 |
//! | exposure-adjusted rates | [`safety::exposure`] | person-years; exact Poisson |
//! | Hy's law | [`safety::hys_law`] | FDA 2009, premarketing guidance on liver injury |
//! | CTCAE v5 laboratory grades | [`laboratory::ctcae`] | NCI 2017, Investigations |
//! | antibodies and complement | [`laboratory::autoantibody`], [`laboratory::censored`], [`laboratory::range`] | protocol outcome 7 |
//! | ANA titres | [`laboratory::titre`] | Aringer 2019 for 1:80; Chan 2015 |
//! | units | [`laboratory::units`] | factors of the analytes |
//! | exact and score intervals | [`statistics::proportion`] | Clopper and Pearson 1934; Wilson 1927 |
//! | exact Poisson interval | [`statistics::poisson`] | Garwood's limits by the chi-squared distribution |
//! | summaries | [`statistics::summary`] | Student's t; quartiles by R's types 2 and 7 |
//! | study day, windows, pick, baseline, partial dates | [`timeline`] | CDISC SDTM and ADaM |
//! | populations | [`population`] | ICH E9 |
pub mod catalogue;
pub mod endpoint;
pub mod escalation;
pub mod instrument;
pub mod laboratory;
pub mod line;
pub mod logic;
pub mod medication;
pub mod parameters;
pub mod population;
pub mod rule;
pub mod safety;
pub mod statistics;
pub mod timeline;
