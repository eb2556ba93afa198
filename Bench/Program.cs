return NativeSsl.Bench.Commands.Commands.Run(args);
