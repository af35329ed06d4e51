// bench/micro [BenchmarkDotNet's own arguments]: time and allocations of the steps of one event.
using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
