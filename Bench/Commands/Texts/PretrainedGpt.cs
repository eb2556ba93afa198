using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>A GPT of the program's recipe that has guessed next tokens of Gutenberg's books, and copies of it. It is trained where it was not yet, and kept.</summary>
sealed class PretrainedGpt
{
    static readonly TextRecipe Recipe = ProgramRecipe.Of<TextRecipe>("gpt-gutenberg");

    readonly Gpt _model;

    /// <param name="report">Told what it has learned.</param>
    /// <param name="steps">Steps of pretraining, at most those of the recipe.</param>
    public PretrainedGpt(Report report, int steps)
    {
        TextRecipe recipe = Recipe with { Steps = Math.Min(steps, Recipe.Steps), WarmUp = Math.Min(Recipe.WarmUp, steps / 10) };
        var divided = new DividedDocuments(Documents.Load(Path.Combine(Books.Data, "gutenberg")).InLines(), Books.HeldOutBook);
        Directory.CreateDirectory(Books.Kept);
        string name = Path.Combine(Books.Kept, $"gpt-{recipe.Steps}"), weights = name + ".safetensors", tokens = Path.Combine(Books.Kept, "gpt-tokenizer.json");
        if (!File.Exists(tokens)) divided.NewTokenizer(recipe.Tokenizer, recipe.Vocabulary).Save(tokens);
        Tokenizer = NativeSsl.Tokenizer.Load(tokens);
        (DocumentSet train, DocumentSet heldOut) = divided.Divide(TokenStore.InMemory(divided.Documents.Passages(), Tokenizer.Encode));
        (int[] learned, int[] asked) = (train.Tokens(Tokenizer.Special.End), heldOut.Tokens(Tokenizer.Special.End));

        _model = New((ulong)recipe.Seed);
        Cost cost = File.Exists(weights) ? Read(weights) : Train(recipe, learned);
        if (!File.Exists(weights))
            Safetensors.Save(weights, _model.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor), new Dictionary<string, string> { ["seconds"] = Text(cost.Seconds), ["flops"] = Text(cost.Flops!.Value) });

        double loss = new NextToken(_model).MeanLoss(Books.Backend, new TokenWindows(Books.Backend, asked, recipe.Context, recipe.Batch, 0)), bytes = divided.HeldOut().Sum(passage =>
            (long)System.Text.Encoding.UTF8.GetByteCount(passage.Text)), unigram = new CountModel(learned, Tokenizer.VocabularySize).UnigramLoss(asked);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"A GPT of {recipe.Layers} × {recipe.Width}, context {recipe.Context}, guesses next tokens of {train.Documents.Count} books ({learned.Length:N0} tokens of byte-level BPE, "
            + $"a vocabulary of {Tokenizer.VocabularySize} trained on them) for {recipe.Steps} steps of {recipe.Batch} windows, {cost.Seconds:F0} s and {cost.Flops / 1e12:F0} TFLOP. {Books.HeldOutBook}, kept apart: loss {loss:F3} a token, perplexity "
            + $"{Math.Exp(loss):F1}, {loss * asked.Length / (bytes * Math.Log(2)):F3} bits a byte; token counts have {unigram:F3}, {Math.Exp(unigram):F1} and {unigram * asked.Length / (bytes * Math.Log(2)):F3}."));
    }

    public ITokenizer Tokenizer { get; }

    /// <summary>The same network with random weights.</summary>
    public Gpt New(ulong seed) => Recipe.NewModel(new Init(Books.Backend, seed), Tokenizer.VocabularySize);

    /// <summary>A copy as it was pretrained.</summary>
    public Gpt Copy()
    {
        Gpt copy = New(seed: 0);
        copy.CopyFrom(_model.NamedTensors());
        return copy;
    }

    Cost Train(TextRecipe recipe, int[] tokens)
    {
        var trainer = new Trainer(new NextToken(_model), new TokenWindows(Books.Backend, tokens, recipe.Context, recipe.Batch, (ulong)recipe.Seed), new TrainerOptions
        {
            Steps = recipe.Steps, Seed = (ulong)recipe.Seed, WeightDecay = (float)recipe.WeightDecay, Clip = recipe.Clip,
            Players = new Dictionary<string, Player> { ["main"] = new(recipe.NewOptimizer, recipe.LearningRates()) },
        });
        Cost cost = new(0, 0);
        while (trainer.StepsDone < recipe.Steps)
        {
            TrainingReport step = trainer.Step();
            cost += new Cost(step.Seconds, step.Flops, recipe.Batch);
            if (trainer.StepsDone % 500 == 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {trainer.StepsDone} of {recipe.Steps}, loss {step.Loss:F3}, {cost.Seconds:F0} s"));
        }
        return cost;
    }

    Cost Read(string weights)
    {
        using SafetensorsFile file = SafetensorsFile.Open(weights);
        foreach ((string name, Tensor tensor) in _model.NamedTensors()) file.ReadInto(name, tensor);
        return new Cost(double.Parse(file.Metadata["seconds"], CultureInfo.InvariantCulture), double.Parse(file.Metadata["flops"], CultureInfo.InvariantCulture));
    }

    static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
