//! The portal stream: people, memberships, service clients and the study registry.
