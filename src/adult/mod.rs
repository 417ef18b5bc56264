//! The Adult table (placeholder until the table lands).
