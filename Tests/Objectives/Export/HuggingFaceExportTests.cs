using System.Text.Json;

namespace NativeSsl.Tests.Objectives.Export;

/// <summary>What is written in Hugging Face's layout says the same as the run, bit for bit; and what has no such layout is refused before anything is written.</summary>
public sealed class HuggingFaceExportTests : IDisposable
{
    static readonly CpuBackend Cpu = CpuBackend.Default;
    static readonly string[] Lines = [.. TextCorpus.BuiltIn().Text[..8000].Split('\n').Where(line => line.Length > 40)];

    readonly Scratch _scratch = new();
    string RunPath => _scratch.File("run");
    string To => _scratch.File("model");

    public void Dispose() => _scratch.Dispose();

    static MaskedWordsRecipe Words(string pairs, string tokenizer) =>
        new() { Pairs = pairs, Tokenizer = tokenizer, Vocabulary = 320, Layers = 2, Heads = 2, Width = 16, Context = 24, Dropout = 0, Steps = 10, WarmUp = 1 };

    // A run as training leaves it, with weights that are drawn.
    T Run<T>(Recipe recipe, ITokenizer tokenizer, T objective, double? loss = 1, long step = 3) where T : Objective
    {
        using RunDirectory run = File.Exists(Path.Combine(RunPath, "recipe.json")) ? RunDirectory.Open(RunPath) : RunDirectory.Create(RunPath, recipe);
        tokenizer.Save(run.TokenizerPath);
        var random = new RandomSource((ulong)step, 8);
        foreach ((_, Tensor tensor) in objective.NamedTensors()) tensor.Storage.CopyFrom([.. tensor.ToArray().Select(value => value + 0.3f * random.NextNormal())]);
        run.Save(step, objective.NamedTensors().Select(entry => SafetensorsItem.From(entry.Name, entry.Tensor)), validationLoss: loss);
        return objective;
    }

    static ITokenizer Tokenizer(EncoderRecipe recipe) => NativeSsl.Tokenizer.Create(recipe.Tokenizer, Lines, recipe.Vocabulary);

    static (Indices Tokens, Indices Segments, Indices Lengths) Batch(ITokenizer tokenizer, EncoderRecipe recipe)
    {
        var marks = TextMarks.Of(tokenizer);
        TextSample One(int line) => recipe.Pairs == "none" ? TextSample.Of(marks, tokenizer.Encode(Lines[line]).AsSpan(0, 6 + line))
            : TextSample.Of(marks, tokenizer.Encode(Lines[line]).AsSpan(0, 4 + line), tokenizer.Encode(Lines[line + 4]).AsSpan(0, 5), 0);
        return TextSample.Batch(Cpu, [One(1), One(2), One(3)], marks.Padding);
    }

    // Of rows that are no padding.
    static float[] Read(TextEncoder encoder, (Indices Tokens, Indices Segments, Indices Lengths) batch)
    {
        Tensor features = encoder.Features(batch.Tokens, batch.Segments, batch.Lengths);
        return [.. Enumerable.Range(0, 3).SelectMany(row => features.ToArray().Skip(row * features.Shape[1] * encoder.Width).Take(batch.Lengths.Values.Span[row] * encoder.Width))];
    }

    JsonElement Config(string file = "config.json")
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(To, file)));
        return json.RootElement.Clone();
    }

    [Theory]
    [InlineData("next", "wordpiece", "BERT", "BertForPreTraining", 0)]
    [InlineData("order", "wordpiece", "BERT", "BertForPreTraining", 0)]
    [InlineData("next", "bpe", "BERT", "BertForPreTraining", 1)]
    [InlineData("none", "wordpiece", "BERT", "BertForMaskedLM", 0)]
    [InlineData("none", "bpe", "RoBERTa", "RobertaForMaskedLM", 1)]
    public void An_encoder_with_its_heads_is_the_same_bit_for_bit(string pairs, string kind, string layout, string architecture, int padding)
    {
        MaskedWordsRecipe recipe = Words(pairs, kind);
        ITokenizer tokenizer = Tokenizer(recipe);
        Objective objective = Run(recipe, tokenizer, recipe.NewObjective(new Init(Cpu, 5), tokenizer.VocabularySize));
        BertWithHeads ours = objective is MaskedWords words ? words.ToModel() : ((SentencePairObjective)objective).ToModel();
        using Tape.NoGradientScope scope = Tape.NoGradient();
        var export = HuggingFaceExport.Of(RunPath);
        Assert.Equal(layout, export.Layout);
        export.Save(To);

        BertWithHeads theirs = HuggingFaceBert.Load(To, Cpu);
        Assert.Equal((24, layout == "RoBERTa" ? 2 : 0), (theirs.Encoder.Context, theirs.Encoder.Sizes.FirstPosition));
        var batch = Batch(tokenizer, recipe);
        float[] features = Read(ours.Encoder, batch);
        Assert.Equal(features, Read(theirs.Encoder, batch));
        Tensor x = Tensor.From(Cpu, [2, 3, 16], features.AsSpan(0, 96));
        Assert.Equal(ours.Head!.Logits(x, ours.Encoder.Table).ToArray(), theirs.Head!.Logits(x, theirs.Encoder.Table).ToArray());
        Assert.Equal(pairs == "none", theirs.Answer is null);
        if (pairs != "none") Assert.Equal(ours.Answer!.Forward(ours.Pooler!.Forward(x)).ToArray(), theirs.Answer!.Forward(theirs.Pooler!.Forward(x)).ToArray());

        Assert.Equal((architecture, padding), (Config().GetProperty("architectures")[0].GetString(), Config().GetProperty("pad_token_id").GetInt32()));
        ITokenizer back = NativeSsl.Tokenizer.Load(Path.Combine(To, "tokenizer.json"));
        Assert.Equal(tokenizer.ToJson(), back.ToJson());
        JsonElement names = Config("tokenizer_config.json");
        Assert.Equal((kind == "bpe" ? "<mask>" : "[MASK]", 24), (names.GetProperty("mask_token").GetString(), names.GetProperty("model_max_length").GetInt32()));
        Assert.Equal(back.Special.Padding, ((PieceTokenizer)back).IdOf(names.GetProperty("pad_token").GetString()!));
    }

    [Fact]
    public void An_encoder_of_sentences_is_written_without_what_was_thrown_away()
    {
        SimCseRecipe recipe = new SimCseRecipe { Dropout = 0.1 }.Beginning("elsewhere", Words("none", "bpe"));
        ITokenizer tokenizer = Tokenizer(recipe);
        SimCse objective = Run(recipe, tokenizer, recipe.NewObjective(new Init(Cpu, 5), tokenizer.VocabularySize), loss: null);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        HuggingFaceExport.Of(RunPath).Save(To, SafetensorsType.BFloat16);
        BertWithHeads theirs = HuggingFaceBert.Load(To, Cpu, dropout: 0);
        Assert.True(theirs is { Head: null, Pooler: null, Answer: null });
        var exact = new Bert(((Bert)objective.Encoder).Sizes with { Dropout = 0 }, new Init(Cpu, 0));
        exact.CopyFrom(objective.Encoder.NamedTensors());
        float[] wanted = Read(exact, Batch(tokenizer, recipe)), read = Read(theirs.Encoder, Batch(tokenizer, recipe));
        Assert.NotEqual(wanted, read);                                      // rounded to eight bits of fraction
        Assert.Equal(wanted, read, (a, b) => Math.Abs(a - b) < 0.1);
    }

    [Theory, InlineData("character"), InlineData("byte")]
    public void A_model_that_writes_is_gpt2_bit_for_bit(string kind)
    {
        var recipe = new TextRecipe { Bias = true, Tokenizer = kind, Layers = 2, Heads = 2, Width = 16, Context = 12 };
        ITokenizer tokenizer = NativeSsl.Tokenizer.Create(kind, TextCorpus.BuiltIn().Text);
        NextToken objective = Run(recipe, tokenizer, new NextToken(recipe.NewModel(new Init(Cpu, 5), tokenizer.VocabularySize)));
        HuggingFaceExport.Of(RunPath).Save(To);
        Gpt theirs = HuggingFaceGpt2.Load(To, Cpu);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        var tokens = Indices.From(Cpu, [1, 12], tokenizer.Encode("The harbour is open").AsSpan(0, 12));
        Assert.Equal(objective.Model.Logits(tokens).ToArray(), theirs.Logits(tokens).ToArray());
        Assert.Equal(tokenizer.ToJson(), NativeSsl.Tokenizer.Load(Path.Combine(To, "nativessl-tokenizer.json")).ToJson());
        Assert.False(File.Exists(Path.Combine(To, "tokenizer.json")));     // which that library could not read
    }

    [Theory, InlineData("1.0", "unigram", 0, 1), InlineData("1.1", "unigram", 0, 1), InlineData("1.0", "bpe", 1, 2)]
    public void What_rewrites_texts_is_t5_bit_for_bit(string version, string kind, int padding, int end)
    {
        var recipe = new TextToTextRecipe { Tokenizer = kind, Vocabulary = 400, Version = version, Layers = 2, Heads = 2, Width = 16, HeadWidth = 6, Hidden = 24, Context = 20, Dropout = 0, Steps = 10, WarmUp = 1 };
        ITokenizer tokenizer = NativeSsl.Tokenizer.Create(kind, Lines, recipe.Vocabulary);
        var frame = new SequenceFrame(tokenizer);
        TextToText objective = Run(recipe, tokenizer, recipe.NewObjective(new Init(Cpu, 5), frame));
        HuggingFaceExport export = HuggingFaceExport.Of(RunPath);
        export.Save(To);
        T5 theirs = HuggingFaceT5.Load(To, Cpu, dropout: 0);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        var read = Indices.From(Cpu, [1, 20], frame.Tokens(Lines[0], 20));
        var written = Indices.From(Cpu, [1, 12], frame.Tokens(Lines[1], 12));
        Assert.Equal(objective.Model.Logits(read, written).ToArray(), theirs.Logits(read, written).ToArray());
        Assert.Equal(("T5", padding, end), (export.Layout, Config().GetProperty("pad_token_id").GetInt32(), Config().GetProperty("eos_token_id").GetInt32()));
        Assert.Equal(tokenizer.ToJson(), NativeSsl.Tokenizer.Load(Path.Combine(To, "tokenizer.json")).ToJson());
    }

    [Fact]
    public void The_best_checkpoint_is_written_not_the_latest()
    {
        MaskedWordsRecipe recipe = Words("none", "wordpiece");
        ITokenizer tokenizer = Tokenizer(recipe);
        float[] best = ((MaskedWords)Run(recipe, tokenizer, recipe.NewObjective(new Init(Cpu, 5), tokenizer.VocabularySize), loss: 1, step: 3)).Encoder.Table.ToArray();
        Run(recipe, tokenizer, recipe.NewObjective(new Init(Cpu, 6), tokenizer.VocabularySize), loss: 2, step: 4);
        HuggingFaceExport.Of(RunPath).Save(To);
        Assert.Equal(best, HuggingFaceBert.Load(To, Cpu).Encoder.Table.ToArray());
    }

    [Theory]
    [InlineData("unigram", "Train with 'wordpiece' or 'bpe'")]
    [InlineData("character", "Train with 'wordpiece' or 'bpe'")]
    [InlineData("byte", "Train with 'wordpiece' or 'bpe'")]
    public void A_tokenizer_without_marks_is_refused(string kind, string said)
    {
        MaskedWordsRecipe recipe = Words("none", kind);
        ITokenizer tokenizer = Tokenizer(recipe);
        Run(recipe, tokenizer, recipe.NewObjective(new Init(Cpu, 5), TextMarks.Of(tokenizer).Vocabulary));
        Refused<NativeSslException>(said);
        Refused<NativeSslException>($"'{kind}'");
    }

    [Fact]
    public void What_has_no_such_layout_is_refused_by_name()
    {
        var tokenizer = new ByteTokenizer();
        var plain = new TextRecipe { Layers = 1, Heads = 1, Width = 4, Context = 4, Tokenizer = "byte" };
        Run(plain, tokenizer, new NextToken(plain.NewModel(new Init(Cpu, 1), 256)));
        Refused<NativeSslException>("\"bias\": true");
        new ImageRecipe { Objective = "simclr" }.Save(Path.Combine(RunPath, "recipe.json"));
        Refused<NativeSslException>("'simclr' has no layout");
        (plain with { Bias = true }).Save(Path.Combine(RunPath, "recipe.json"));
        Refused<MalformedFileException>("blocks.0");
        File.WriteAllText(Path.Combine(RunPath, "tokenizer.json"), "{}");
        Refused<MalformedFileException>("kind");
        tokenizer.Save(Path.Combine(RunPath, "tokenizer.json"));
        Directory.Delete(Path.Combine(RunPath, "checkpoints"), recursive: true);
        Refused<MalformedFileException>("no checkpoint");
        File.Delete(Path.Combine(RunPath, "recipe.json"));
        Refused<MalformedFileException>("recipe.json");
    }

    void Refused<T>(string said) where T : NativeSslException
    {
        Assert.Contains(said, Assert.Throws<T>(() => HuggingFaceExport.Of(RunPath)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(To));
    }

    [Theory, InlineData("tokenizer.json", "tokenizer already"), InlineData("tokenizer_config.json", "tokenizer already"), InlineData("config.json", "model already"), InlineData("model.safetensors", "model already")]
    public void Nothing_is_overwritten(string file, string said)
    {
        MaskedWordsRecipe recipe = Words("next", "wordpiece");
        ITokenizer tokenizer = Tokenizer(recipe);
        Run(recipe, tokenizer, recipe.NewObjective(new Init(Cpu, 5), tokenizer.VocabularySize));
        Directory.CreateDirectory(To);
        File.WriteAllText(Path.Combine(To, file), "mine");
        Assert.Contains(said, Assert.Throws<FileWriteException>(() => HuggingFaceExport.Of(RunPath).Save(To)).Message, StringComparison.Ordinal);
        Assert.Equal(["mine"], Directory.GetFiles(To).Select(File.ReadAllText));
    }
}
