using NativeSsl;

var model = new Gpt(new Gpt.Config(), new Init(new CpuBackend(2), seed: 1));
foreach (int token in model.Generate([1], new SamplingOptions { Temperature = 0, MaxTokens = 1 })) Console.WriteLine(token);
