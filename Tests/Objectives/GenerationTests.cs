namespace NativeSsl.Tests.Objectives;

/// <summary>What the model is given to read while it writes, by a model that counts and one that has no opinion.</summary>
public sealed class GenerationTests
{
    const int Vocabulary = 32, Capacity = 8;
    static readonly CpuBackend Cpu = new(1);

    /// <summary>After token n it expects n + 1, or, without a preference, anything; it remembers what it was given to read.</summary>
    sealed class Counting(bool prefers) : LanguageModel
    {
        public List<string> Read { get; } = [];
        public override IReadOnlyList<Part> Parts => [];
        public override int Vocabulary => GenerationTests.Vocabulary;
        public override int Context => Capacity;
        public override IBackend Backend => Cpu;
        public override Tensor Head { get; } = Tensor.From(Cpu, [GenerationTests.Vocabulary, GenerationTests.Vocabulary],
            [.. Enumerable.Range(0, GenerationTests.Vocabulary * GenerationTests.Vocabulary)
                .Select(i => prefers && i / GenerationTests.Vocabulary == i % GenerationTests.Vocabulary ? 1f : 0f)]);
        public int Room { get; private set; }
        public override KeyValueCache NewCache(int batch = 1, int? capacity = null) => new(Cpu, 0, batch, Room = capacity ?? Capacity, 1, 1);

        public override Tensor Features(Indices tokens, KeyValueCache? cache = null)
        {
            int[] given = tokens.Values.ToArray();
            Read.Add($"{cache!.Length}: {string.Join(' ', given)}");
            cache.Advance(given.Length);
            return Tensor.From(Cpu, [1, given.Length, Vocabulary],
                [.. given.SelectMany(token => Enumerable.Range(0, Vocabulary).Select(i => i == (token + 1) % Vocabulary ? 1f : 0f))]);
        }
    }

    [Fact]
    public void Of_a_long_prompt_the_end_is_read_and_when_the_context_is_full_the_latest_half()
    {
        var model = new Counting(prefers: true);
        int[] written = [.. model.Generate([.. Enumerable.Range(0, 11)], new SamplingOptions { Temperature = 0, MaxTokens = 7 })];
        Assert.Equal(Enumerable.Range(11, 7), written);
        Assert.Equal(["0: 3 4 5 6 7 8 9 10", "0: 8 9 10 11", "4: 12", "5: 13", "6: 14", "7: 15", "0: 13 14 15 16"], model.Read);
    }

    [Theory, InlineData(3, 2, 5), InlineData(3, 5, 8), InlineData(3, int.MaxValue, 8), InlineData(11, 1, 8)]
    public void The_cache_has_room_for_what_will_be_written_and_not_for_more_than_the_context(int prompt, int tokens, int room)
    {
        var model = new Counting(prefers: true);
        Assert.Equal(prompt, model.Generate([.. Enumerable.Range(0, prompt)], new SamplingOptions { Temperature = 0, MaxTokens = tokens }).First());
        Assert.Equal(room, model.Room);
    }

    [Fact]
    public void Every_token_is_a_draw_of_its_own()
    {
        var options = new SamplingOptions { Seed = 6, MaxTokens = 20 };
        int[] written = [.. new Counting(prefers: false).Generate([0], options)];
        Assert.Equal(Enumerable.Range(0, 20).Select(place => Sampler.Choose(new float[Vocabulary], options, place)), written);
        Assert.True(written.Distinct().Count() > 8, string.Join(' ', written));
    }
}
