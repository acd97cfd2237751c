//! Chapter 1, processes and what the kernel knows of them: each module is one exercise.

pub mod descriptor;
pub mod mapping;
pub mod record;

#[cfg_attr(feature = "solution", path = "../../../solutions/01_processes/e0_command_line.rs")]
pub mod e0_command_line;
#[cfg_attr(feature = "solution", path = "../../../solutions/01_processes/e1_proc_stat.rs")]
pub mod e1_proc_stat;
#[cfg_attr(feature = "solution", path = "../../../solutions/01_processes/e2_address_space.rs")]
pub mod e2_address_space;
#[cfg_attr(feature = "solution", path = "../../../solutions/01_processes/e3_fd_ledger.rs")]
pub mod e3_fd_ledger;
