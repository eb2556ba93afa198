namespace NativeSsl.Tests.Models;

/// <summary>
/// What is loaded computes the same: the textbook, fed with a file's tensors by their names and in the convention of the file, against the loaded model.
/// A transposition, a swap of queries and keys, or a row of positions too many would be seen.
/// </summary>
public sealed class HuggingFaceMeaningTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static readonly CpuBackend Cpu = new(2);

    // What our features are, from a file's tensors by their names there.
    static TransformerTextbook Bert(HuggingFaceFiles files, string prefix, int first, double epsilon)
    {
        FileSizes s = files.Size;
        return new TransformerTextbook
        {
            Words = Rows("embeddings.word_embeddings"), Positions = Rows("embeddings.position_embeddings"),
            Segments = Rows("embeddings.token_type_embeddings"),
            Norm = Norm(files, $"{prefix}embeddings.LayerNorm"), Heads = s.Heads, Epsilon = epsilon, FirstPosition = first,
            Activation = Ops.Activations.GeluErf,
            Blocks = [.. Enumerable.Range(0, s.Layers).Select(i => $"{prefix}encoder.layer.{i}").Select(layer => new TextbookBlock(
                Linear(files, $"{layer}.attention.self.query"), Linear(files, $"{layer}.attention.self.key"), Linear(files, $"{layer}.attention.self.value"),
                Linear(files, $"{layer}.attention.output.dense"), Norm(files, $"{layer}.attention.output.LayerNorm"),
                Linear(files, $"{layer}.intermediate.dense"), Linear(files, $"{layer}.output.dense"), Norm(files, $"{layer}.output.LayerNorm")))],
        };

        double[][] Rows(string name) => [.. files.Tensors[$"{prefix}{name}.weight"].Doubles.Chunk(s.Width)];
    }

    static Affine Linear(HuggingFaceFiles files, string name)
    {
        FileTensor weight = files.Tensors[$"{name}.weight"];
        return new([.. weight.Doubles.Chunk((int)weight.Lengths[1])], files.Tensors[$"{name}.bias"].Doubles);
    }

    static Normed Norm(HuggingFaceFiles files, string name) => new(files.Tensors[$"{name}.weight"].Doubles, files.Tensors[$"{name}.bias"].Doubles);

    static readonly int[] Tokens = [3, 0, 7, 12, 5, 5], Segments = [0, 0, 1, 1, 1, 0];

    internal static void Near(IEnumerable<double> expected, Tensor actual)
    {
        double[] wanted = [.. expected];
        float[] values = actual.ToArray();
        Assert.Equal(wanted.Length, values.Length);
        double most = Math.Max(1, wanted.Max(Math.Abs));
        for (int i = 0; i < wanted.Length; i++)
            Assert.True(Math.Abs(wanted[i] - values[i]) < 5e-5 * most, $"element {i} is {values[i]}, in the file's convention {wanted[i]}");
    }

    [Theory, InlineData("BertForPreTraining", 0), InlineData("BertForPreTraining", 1), InlineData("RobertaForMaskedLM", 1), InlineData("BertModel", 1)]
    public void A_loaded_BERT_computes_what_the_files_convention_says(string kind, int size)
    {
        HuggingFaceFiles files = new(kind, HuggingFaceFiles.Sizes[size]);
        bool roberta = kind[0] == 'R', bare = kind == "BertModel";
        string prefix = bare ? "" : roberta ? "roberta." : "bert.";
        BertWithHeads model = HuggingFaceBert.Load(files.Write(_scratch.File(kind)), Cpu);
        Assert.Equal(new Bert.Config
        {
            Vocabulary = files.Size.Vocabulary, Context = files.Size.Positions - (roberta ? 2 : 0), Layers = files.Size.Layers, Heads = files.Size.Heads,
            Width = files.Size.Width, Hidden = files.Size.Hidden, Segments = roberta ? 1 : 2, FirstPosition = roberta ? 2 : 0, Dropout = 0.1f,
            Epsilon = roberta ? 1e-5f : 1e-12f,
        }, model.Encoder.Sizes);

        double[][] expected = Bert(files, prefix, roberta ? 2 : 0, roberta ? 1e-5f : 1e-12).Features(Tokens, roberta ? null : Segments);
        using var step = new Step(Cpu);
        Tensor features = model.Encoder.Features(Indices.From(Cpu, [1, 6], Tokens), roberta ? null : Indices.From(Cpu, [1, 6], Segments));
        Near(expected.SelectMany(row => row), features);
        if (model.Pooler is { } pooler)
        {
            double[] pooled = [.. Linear(files, $"{prefix}pooler.dense").Of(expected[0]).Select(Math.Tanh)];
            Near(pooled, pooler.Forward(features));
            if (model.Answer is { } next) Near(Linear(files, "cls.seq_relationship").Of(pooled), next.Forward(pooler.Forward(features)));
        }
        Assert.Equal((!roberta, !bare, kind == "BertForPreTraining"), (model.Pooler is not null, model.Head is not null, model.Answer is not null));
        if (bare) return;
        Affine dense = Linear(files, roberta ? "lm_head.dense" : "cls.predictions.transform.dense");
        Normed norm = Norm(files, roberta ? "lm_head.layer_norm" : "cls.predictions.transform.LayerNorm");
        Affine decoder = new([.. files.Tensors[$"{prefix}embeddings.word_embeddings.weight"].Doubles.Chunk(files.Size.Width)],
            files.Tensors[roberta ? "lm_head.bias" : "cls.predictions.bias"].Doubles);
        Near(expected.SelectMany(row => decoder.Of(norm.Of([.. dense.Of(row).Select(Ops.Activations.GeluErf)], roberta ? 1e-5f : 1e-12))),
            model.Head!.Logits(features, model.Encoder.Table));
    }

    [Theory, InlineData(0), InlineData(1)]
    public void A_loaded_GPT2_computes_what_the_files_convention_says(int size)
    {
        HuggingFaceFiles files = new("GPT2LMHeadModel", HuggingFaceFiles.Sizes[size]);
        FileSizes s = files.Size;
        int w = s.Width;
        Gpt model = HuggingFaceGpt2.Load(files.Write(_scratch.File("gpt2")), Cpu);
        TransformerTextbook textbook = new()
        {
            Words = [.. files.Tensors["transformer.wte.weight"].Doubles.Chunk(w)],
            Positions = [.. files.Tensors["transformer.wpe.weight"].Doubles.Chunk(w)],
            Norm = Norm(files, "transformer.ln_f"), Heads = s.Heads, Epsilon = 1e-5, Activation = Ops.Activations.Gelu, Causal = true,
            Blocks = [.. Enumerable.Range(0, s.Layers).Select(i => $"transformer.h.{i}").Select(layer => new TextbookBlock(
                Conv($"{layer}.attn.c_attn", 0, w), Conv($"{layer}.attn.c_attn", w, w), Conv($"{layer}.attn.c_attn", 2 * w, w),
                Conv($"{layer}.attn.c_proj", 0, w),
                Norm(files, $"{layer}.ln_1"), Conv($"{layer}.mlp.c_fc", 0, 4 * w), Conv($"{layer}.mlp.c_proj", 0, w), Norm(files, $"{layer}.ln_2")))],
        };
        double[][] expected = textbook.Features(Tokens);
        using var step = new Step(Cpu);
        Near(expected.SelectMany(row => row), model.Features(Indices.From(Cpu, [1, 6], Tokens)));
        Near(expected.SelectMany(row => textbook.Words.Select(word => word.Zip(row, (a, b) => a * b).Sum())),
            model.Logits(Indices.From(Cpu, [1, 6], Tokens)));

        // y = x W + b: output o of `count` from column `from` on reads column from + o.
        Affine Conv(string name, int from, int count)
        {
            FileTensor weight = files.Tensors[$"{name}.weight"];
            int inputs = (int)weight.Lengths[0], columns = (int)weight.Lengths[1];
            return new([.. Enumerable.Range(from, count).Select(o => Enumerable.Range(0, inputs).Select(i => weight.Doubles[i * columns + o]).ToArray())],
                files.Tensors[$"{name}.bias"].Doubles[from..(from + count)]);
        }
    }
}
