using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Reference;

/// <summary>Greedy generation with a key-value cache, one text at a time.</summary>
static class Generation
{
    public static void Run(string[] arguments)
    {
        Both.Begin(arguments);
        var report = new Report("generation", "Generation");
        report.Text($"{Both.Sides} Time per token: greedy, batch 1, key-value cache. Ours: Generate. libtorch: inference mode, a cache written in place, fused attention.");
        report.PairHead("model", speeds: false);
        foreach (var (size, tokens, goal) in ((GptSize, int, double)[])[(GptSize.NanoGpt, 63, 0.3), (GptSize.Gpt2, 12, 0.9)])
        {
            Gpt model = size.NewModel(Both.Ours);
            using var reference = new TorchGpt(size, model.NamedTensors());
            var cache = new TorchGpt.Cache(size);
            var options = new SamplingOptions { Temperature = 0, MaxTokens = tokens };
            int[] Theirs()
            {
                cache.Length = 0;
                int[] text = new int[tokens];
                for (int i = 0, token = 1; i < tokens; i++) text[i] = token = reference.Next(token, cache);
                return text;
            }
            int[] ours = [.. model.Generate([1], options)], theirs = Theirs();
            if (!ours.AsSpan(0, 8).SequenceEqual(theirs.AsSpan(0, 8)))
                throw new InvalidOperationException($"{size.Name}: ours wrote {string.Join(" ", ours)}, libtorch {string.Join(" ", theirs)}.");
            Pair pair = Both.Measure(() => { foreach (int _ in model.Generate([1], options)) { } }, () => Theirs(), 10);
            report.Row($"{size.Name}, vocabulary {size.Vocabulary}", pair.Per(tokens));
            report.Goal($"generation {size.Name}", pair.Ratio, goal);
        }
        report.EndTable();
        report.Save("dotnet run -c Release --project Bench -p:Libtorch=true -- generation");
    }
}
