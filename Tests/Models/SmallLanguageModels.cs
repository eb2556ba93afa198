namespace NativeSsl.Tests.Models;

/// <summary>What tests of models that write share: random texts of eleven tokens, and writing without a cache.</summary>
static class SmallLanguageModels
{
    internal const int Vocabulary = 11;
    internal static readonly CpuBackend Cpu = new(2);

    internal static Indices Tokens(int batch, int time, ulong seed = 1)
    {
        var random = new RandomSource(seed, 0);
        return Indices.From(Cpu, [batch, time], [.. Enumerable.Range(0, batch * time).Select(_ => random.NextInt(Vocabulary))]);
    }

    /// <summary>What a model writes behind 1, 2, 3 if it always takes the likeliest token and reads the whole text anew for each, up to so many tokens in all.</summary>
    internal static int[] Greedy(LanguageModel model, int length)
    {
        List<int> text = [1, 2, 3];
        while (text.Count < length)
        {
            using var step = new Step(Cpu);
            text.Add(Sampler.Choose(model.Logits(Indices.From(Cpu, [1, text.Count], [.. text])).ToArray().AsSpan((text.Count - 1) * Vocabulary), new SamplingOptions { Temperature = 0 }, 0));
        }
        return [.. text[3..]];
    }
}
