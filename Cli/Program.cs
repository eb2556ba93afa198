using NativeSsl.Cli;

using var stop = Stop.OnSignals();
return CommandLine.Run(args, Terminal.OfProcess(), stop);
