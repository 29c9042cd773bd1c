Feature: features may have backgrounds

  Background: some background stuff to run
     Given I am testing stuff
       and some stuff is set up

   Scenario: the stuff should be set up
      Given stuff has been set up
       Then it will work
