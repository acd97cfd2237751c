pub mod e1_join_all;
