# language: fr
Fonctionnalité: testing stuff

  Scénario: test stuff
    Etant donné I am testing stuff
     Quand I exercise it work
     Alors it will work

  Scénario: test more stuff
    Etant donné I am testing stuff
     Alors it will work
