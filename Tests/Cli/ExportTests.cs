using System.Text.Json;
using NativeSsl.Cli;

namespace NativeSsl.Tests.Cli;

/// <summary>From a run to Hugging Face's layout in one line.</summary>
public sealed class ExportTests : IDisposable
{
    readonly Scratch _scratch = new();
    string RunPath => _scratch.File("run");
    string To => _scratch.File("model");

    public void Dispose() => _scratch.Dispose();

    (int Code, string Out, string Error) Run(params string[] args)
    {
        using var console = new Console();
        return (console.Run(args), console.Out, console.Error);
    }

    [Fact]
    public void A_trained_encoder_comes_back_with_the_weights_and_the_tokenizer_of_its_run()
    {
        string recipe = _scratch.File("recipe.json");
        new MaskedWordsRecipe { Tokenizer = "bpe", Vocabulary = 300, Layers = 1, Heads = 2, Width = 16, Context = 32, Pairs = "none", Batch = 4, Steps = 4, WarmUp = 1 }.Save(recipe);
        Assert.Equal(0, Run("pretrain", "--recipe", recipe, "--run", RunPath).Code);
        (int code, string output, string error) = Run("export", "--run", RunPath, "--to", To, "--dry-run");
        Assert.Equal((0, ""), (code, output));
        Assert.Contains("layout: RoBERTa", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(To));

        (code, output, error) = Run("export", "--run", RunPath, "--to", To, "--json");
        Assert.True(code == 0, error);
        using JsonDocument said = JsonDocument.Parse(output);
        Assert.Equal((To, "RoBERTa"), (said.RootElement.GetProperty("directory").GetString(), said.RootElement.GetProperty("layout").GetString()));
        BertWithHeads model = HuggingFaceBert.Load(To, CpuBackend.Default);
        float[] weights = new float[300 * 16], bias = new float[300];
        using (SafetensorsFile file = SafetensorsFile.Open(RunDirectory.Latest(RunPath)!.Path))
        {
            file.Read("encoder.tokens.weight", weights);
            file.Read("head.bias", bias);
        }
        Assert.Equal(weights, model.Encoder.Table.ToArray());
        Assert.Equal(bias, model.Head!.Bias.ToArray());
        Assert.Equal(File.ReadAllText(Path.Combine(RunPath, "tokenizer.json")), File.ReadAllText(Path.Combine(To, "tokenizer.json")));

        (code, _, error) = Run("export", "--run", RunPath, "--to", To);
        Assert.Equal(2, code);
        Assert.Contains("already", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert-smoke", "Train with 'wordpiece' or 'bpe'")]
    [InlineData("smoke", "\"bias\": true")]
    [InlineData("simclr-smoke", "has no layout of Hugging Face's")]
    public void What_has_no_such_layout_is_refused_in_a_line(string recipe, string said)
    {
        Assert.Equal(0, Run("pretrain", "--recipe", recipe, "--run", RunPath, "--steps", "2").Code);
        (int code, _, string error) = Run("export", "--run", RunPath, "--to", To);
        Assert.Equal(2, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(To));
    }
}
