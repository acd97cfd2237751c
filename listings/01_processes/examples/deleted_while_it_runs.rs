//! A program is removed while a process runs it.

use std::io::{Read, Write, stdin};
use std::process::{Command, Stdio};
use std::{env, fs, io, process};

fn main() -> io::Result<()> {
    if env::args().len() > 1 {
        io::copy(&mut stdin(), &mut io::stdout())?;
        return Ok(());
    }

    let path = env::current_exe()?.with_extension(process::id().to_string());
    fs::copy(env::current_exe()?, &path)?;
    let child = Command::new(&path).arg("run").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    fs::remove_file(&path)?;
    let mut child = child?;
    println!("the file exists:   {}", path.exists());

    let link = fs::read_link(format!("/proc/{}/exe", child.id()))?;
    let rest = link.to_string_lossy().replace(&*path.to_string_lossy(), "PATH");
    println!("the program is at: {rest:?}");

    child.stdin.take().expect("it is a pipe").write_all(b"I am here")?;
    let mut answer = String::new();
    child.stdout.take().expect("it is a pipe").read_to_string(&mut answer)?;
    println!("the process says:  {answer}");
    child.wait().map(drop)
}
